//! Coverage reports in XML, JSON and HTML, and answers of APIs.

use super::*;

#[test]
fn xml_reports() {
    let cobertura = "<?xml version=\"1.0\" ?>\n<!DOCTYPE coverage SYSTEM \"coverage-04.dtd\">\n<coverage version=\"7.1\" line-rate=\"1\">\n<!-- by x -->\n<packages/>\n</coverage>\n";
    let clover = "<?xml version=\"1.0\"?><coverage generated=\"1\" clover=\"3.2.0\"><project/></coverage>";
    let jacoco = "<!DOCTYPE report PUBLIC \"-//JACOCO//DTD Report 1.1//EN\" \"report.dtd\"><report name=\"x\"><sessioninfo id=\"a\"/><counter type=\"LINE\"/></report>";
    let sonar = "<coverage version=\"1\"><file path=\"a\"><lineToCover lineNumber=\"1\"/></file></coverage >";
    let empty = "<coverage line-rate=\"1\" />";
    good(
        Evidence::CoverageXml,
        &[cobertura, clover, jacoco, sonar, empty].map(str::as_bytes),
    );
    let cut = &cobertura[..cobertura.len() - 5];
    bad(
        Evidence::CoverageXml,
        &[
            cut.as_bytes(),
            b"<coverage name=\"insurance\"><policy/></coverage>",
            b"<report name=\"sales\"><counter type=\"x\"/></report>",
            b"<project><coverage line-rate=\"1\"/></project>",
            b"<coverages line-rate=\"1\"></coverages>",
            b"<coverage line-rate=\"1\">",
            b"<testsuites tests=\"1\"/>",
            b"The report has <coverage line-rate=\"1\"></coverage>",
        ],
    );
}

#[test]
fn json_reports() {
    let samples: &[&str] = &[
        r#"{"data":[{"files":[]}],"type":"llvm.coverage.json.export","version":"3.1.0"}"#,
        r#"{"/a.js":{"path":"/a.js","statementMap":{},"fnMap":{},"branchMap":{},"s":{},"f":{},"b":{}}}"#,
        r#"{"total":{"lines":{"total":2,"pct":100},"statements":{"pct":75},"functions":{"pct":1}},"/a.js":{}}"#,
        r#"{"meta":{"version":"7.1"},"files":{"t.py":{"executed_lines":[1]}},"totals":{"covered_lines":3}}"#,
        r#"{"files":[{"path":["a"],"content":"","traces":[],"covered":1,"coverable":2}],"coverage":50.0}"#,
        r#"{"gcovr/format_version":"0.15","files":[]}"#,
        r#"{"source_files":[{"name":"a","source_digest":"x","coverage":[1,null]}]}"#,
        r#"{"RSpec":{"coverage":{"/a.rb":{"lines":[1]}},"timestamp":1}}"#,
    ];
    for sample in samples {
        good(Evidence::CoverageJson, &[sample.as_bytes()]);
        bad(
            Evidence::CoverageJson,
            &[
                &sample.as_bytes()[..sample.len() - 1],
                format!("[{sample}]").as_bytes(),
            ],
        );
    }
    bad(
        Evidence::CoverageJson,
        &[
            b"{}",
            br#"{"type":"llvm.coverage.json","data":[]}"#,
            br#"{"name":"coverage","version":"1.0.0","files":["a"],"total":{"lines":1,"statements":2,"pct":3}}"#,
            br#"{"jest":{"coverageThreshold":{"global":{"lines":80}}}}"#,
            br#"{"note":"has \"statementMap\", \"fnMap\" and \"branchMap\" in it"}"#,
        ],
    );
}

#[test]
fn a_large_json_report_is_told_by_its_marks() {
    let lines = "1,".repeat(3 << 20);
    let large = format!(r#"{{"data":[{lines}1],"type":"llvm.coverage.json.export","version":"3"}}"#);
    good(Evidence::CoverageJson, &[large.as_bytes()]);
    bad(Evidence::CoverageJson, &[&large.as_bytes()[..large.len() - 1]]);
}

/// One page of each program, cut down to what it is known by.
const PAGES: &[&str] = &[
    "<!DOCTYPE html>\n<html><head><title>api: Go Coverage Report</title><style>.cov0 { color: red }</style></head><div id=\"legend\"></div></html>",
    "<html><title>Our unit tests</title><style>.cov0 { color: red }</style><option value=\"file0\">a</option><span class=\"cov8\" title=\"1\"></span></html>",
    "<!doctype html>\n<html><body><div id=\"root\"></div><script>var data = {\"files\":[{\"path\":[\"a\"],\"content\":\"\",\"traces\":[],\"covered\":0,\"coverable\":0}]};</script></body></html>",
    "<!doctype html><html><body><h2>Coverage Report</h2><h4>Created: 2026-11-22</h4><td class='column-entry-bold'>Filename</td></body></html>",
    "<!doctype html><html><body><div class='source-name-title'><pre>a.rs</pre></div><tr><td><pre>Line</pre></td><td><pre>Count</pre></td><td><pre>Source</pre></td></tr></html>",
    "<!DOCTYPE html>\n<html lang=\"en\"><title>Coverage for t.py: 100%</title><script src=\"coverage_html_cb_1.js\" defer></script><span class=\"pc_cov\">100%</span></html>",
    "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\">\n<html lang=\"en\"><title>LCOV - a.lcov</title><link href=\"gcov.css\"><td class=\"headerCovTableHead\">Hit</td></html>",
    "\n<!doctype html>\n<html><title>Code coverage report for All files</title><link href=\"base.css\" /><div class='pad1'></div></html>",
    "<?xml version=\"1.0\"?><!DOCTYPE html><html><link href=\"../jacoco-resources/report.css\"/><span class=\"el_report\">x</span></html>",
    "<!DOCTYPE html>\n<html><title>GCC Code Coverage Report</title>Created using <a href=\"http://gcovr.com/en/8.8\">GCOVR (Version 8.8)</a></html>",
];

#[test]
fn html_reports() {
    for page in PAGES {
        good(
            Evidence::CoverageHtml,
            &[page.as_bytes(), format!("\u{feff}{page}").as_bytes()],
        );
        // Cut before the mark that comes last.
        bad(Evidence::CoverageHtml, &[&page.as_bytes()[..page.len() / 3]]);
        let quoted = page.replace('<', "&lt;");
        let article =
            format!("<!doctype html><html><title>How to read coverage</title><pre>{quoted}</pre></html>");
        bad(Evidence::CoverageHtml, &[article.as_bytes(), quoted.as_bytes()]);
    }
    bad(
        Evidence::CoverageHtml,
        &[
            b"<!doctype html><html><title>Code coverage report for ACME</title><h1>Coverage Report</h1></html>",
            b"<!doctype html><html><h2>Coverage Report</h2><p>of our insurance</p></html>",
            b"Go Coverage Report</title> .cov0 { id=\"legend\"",
        ],
    );
}

#[test]
fn answers_of_apis() {
    let samples: &[&str] = &[
        r#"{"total_count":1,"workflow_runs":[{"id":1}]}"#,
        r#"{"total_count":0,"jobs":[]}"#,
        r#"[{"id":1,"node_id":"x","url":"https://api.github.com/repos/o/r/issues/1","html_url":"y"}]"#,
        r#"{"id":1,"url":"https://git.example/api/v1/repos/o/r","name":"r"}"#,
        r#"[{"id":7,"web_url":"https://gitlab.example/o/r/-/jobs/7","status":"failed"}]"#,
        r#"{"message":"Not Found","documentation_url":"https://docs.example/rest","status":"404"}"#,
        r#"{"data":{"repository":{"name":"r"}}}"#,
        r#"{"jobs":[{"databaseId":5,"status":"completed","url":"https://github.example/x"}]}"#,
        r#"{"_links":{"self":{"href":"x"}},"id":1}"#,
        "{\"total_count\":0,\"jobs\":[]}\n{\"total_count\":0,\"jobs\":[]}\n",
    ];
    for sample in samples {
        good(Evidence::ApiDump, &[sample.as_bytes()]);
        bad(
            Evidence::ApiDump,
            &[&sample.as_bytes()[..sample.trim_end().len() - 1]],
        );
    }
    bad(
        Evidence::ApiDump,
        &[
            b"{}",
            b"[]",
            b"[1,2]",
            br#"{"name":"x","version":"1.0.0","repository":{"type":"git","url":"https://api.example/x"}}"#,
            br#"{"data":[1,2]}"#,
            br#"{"data":{"x":1}}"#,
            br#"{"jobs":[{"name":"build","steps":[]}]}"#,
            br#"{"url":"https://example.org","id":1}"#,
            br#"{"openapi":"3.0.0","servers":[{"url":"https://api.example"}]}"#,
        ],
    );
}
