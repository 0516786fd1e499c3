//! What programs print, and texts that are none of it.

use super::*;

#[test]
fn logs() {
    let samples: &[&str] = &[
        "2026-11-22 10:00:00,123 INFO start\n2026-11-22 10:00:01,000 ERROR stop\n  at x\n",
        "2026-11-22T10:00:00.0000000Z ##[group]Run x\n2026-11-22T10:00:00.1000000Z done\n",
        "build\tRun make\t2026-11-22T10:00:00.0000000Z cc a.c\n",
        "2026/11/22 10:00:00 listening on :80\n2026/11/22 10:00:00 main.go:7: no\n",
        "[2026-11-22 10:00:00 +0100] [info] x\n",
        "Nov 22 10:00:00 host sshd[1]: x\nNov  2 10:00:00 host cron[1]: y\n",
        "1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 1\n",
        "[INFO] Scanning for projects...\n[WARNING] x\n[ERROR] y\n",
        "INFO: x\nWARNING:root:y\nERROR    z\n",
        "warning: unused variable\n --> src/a.rs:1:2\n  |\nerror[E0308]: mismatched types\n",
        "a.c:1:2: warning: x [-Wx]\n    1 | int\n      | ^\na.c:2:3: error: y\n",
        "=== RUN   TestA\n    a_test.go:7: x\n--- FAIL: TestA (0.00s)\nFAIL\nexit status 1\nFAIL\tx/y\t0.1s\n",
        "ok  \tx/y\t0.1s\n?   \tx/z\t[no test files]\n",
        "\nrunning 2 tests\ntest a ... ok\ntest b ... FAILED\n\ntest result: FAILED. 1 passed\n",
        "=== test session starts ===\nplatform linux -- Python 3.11\ncollected 2 items\n\ntest_a.py ..   [100%]\n",
        "TAP version 13\nok 1 - a\nnot ok 2 - b\n",
        "+ set -e\n+ make all\ncc -o a a.c\n++ uname\n",
        "\u{1b}[32mINFO\u{1b}[0m x\n\u{1b}[31mERROR\u{1b}[0m y\n",
        "[    0.000000] Linux version 6.1\n[   12.345678] x\n",
        "I1122 10:00:00.123456       1 main.go:7] x\n",
        "{\"level\":\"info\",\"msg\":\"x\"}\n{\"level\":\"warn\",\"msg\":\"y\"}\n",
        "time=\"2026-11-22\" level=info msg=\"x\"\n",
        "#5 [2/3] RUN make\n#5 0.123 cc\n#5 DONE 0.1s\n",
        "   Compiling a v1.0.0\n    Finished dev\n     Running a\n",
        "nohup: ignoring input\n",
    ];
    for sample in samples {
        assert!(is(Evidence::Log, sample.as_bytes()), "{sample}");
        assert!(
            is(Evidence::Log, sample.replace('\n', "\r\n").as_bytes()),
            "{sample}"
        );
        assert!(is(Evidence::Prose, sample.as_bytes()), "{sample}");
        assert!(!is(Evidence::Log, format!("{sample}\0").as_bytes()), "{sample}");
    }
}

#[test]
fn what_is_no_log() {
    bad(
        Evidence::Log,
        &[
            b"# Changes\n\n## 2026-11-22\n\n- INFO is a level\n- ERROR too\n",
            b"# Title\n\nSome text about errors.\nWarning signs are listed here:\n\n- one\n- two\n",
            b"fn main() {\n    println!(\"INFO x\");\n}\n",
            b"package main\n\nimport \"log\"\n\nfunc main() {\n\tlog.Print(\"x\")\n}\n",
            b"time,level,text\n2026-11-22 10:00:00,INFO,x\n2026-11-22 10:00:01,ERROR,y\n",
            b"2026-11-22T10:00:00,5.2,7\n2026-11-22T10:00:01,5.3,8\n",
            b"2026-11-22T10:00:00,1\n2026-11-22T10:00:01,2\n",
            b"2026-11-22T10:00:00\t1\t2\n",
            b"1\n00:00:01,000 --> 00:00:04,000\nHello\n",
            b"+ one\n+ two\n\n# A list\n",
            b"--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n",
            b"mode: set\na.go:1.2,3.4 5 1\n",
            b"{\"name\":\"x\"}\n",
            b"key: value\nlist:\n  - info: x\n",
            b"info is a word\nerror is human\n",
        ],
    );
}

#[test]
fn prose() {
    let latin = b"Gr\xfc\xdfe aus K\xf6ln und viel mehr Text, der lesbar ist\n";
    good(
        Evidence::Prose,
        &[
            "# Plan\n\nÄ\n".as_bytes(),
            latin,
            b"x",
            b"\xff\xfex\0y\0",
            b"a\tb\r\n\x0c",
        ],
    );
    let noise: Vec<u8> = (0x20..=0xff).cycle().take(2000).collect();
    bad(
        Evidence::Prose,
        &[b"a\0b", b"123 456\n", b"\x01\x02a", &noise, "\u{7}a".as_bytes()],
    );
}
