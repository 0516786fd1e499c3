//! What is read of a PKGBUILD, and what is said to need bash.

use super::*;

#[track_caller]
fn check(text: &str, name: &str, expected: &[&str]) {
    let found = Pkgbuild::read(text);
    assert_eq!(found.values(name), expected, "{text}");
    assert_eq!(found.unread, [], "{text}");
}

#[test]
fn quotes_and_expansions() {
    check("a=b", "a", &["b"]);
    check("a='it'\\''s $x' # why", "a", &["it's $x"]);
    check("v=1\na=\"$v-${v}.\\$v\\q\"", "a", &["1-1.$v\\q"]);
    check("n=x-bin\na=${n%-bin}\n", "a", &["x"]);
    check("n=vx\na=\"${n#v}\"", "a", &["x"]);
    check(
        "a=(b 'c d'\n  # no\n  \"e\" )\na+=(f)",
        "a",
        &["b", "c d", "e", "f"],
    );
    check("a=(b\\\nc)", "a", &["bc"]);
    check("a=()", "a", &[]);
    check("a=\"$\"", "a", &["$"]);
    check(
        "a=(\"b.xz\"{,.sig} c.{d,e} '{f,g}')",
        "a",
        &["b.xz", "b.xz.sig", "c.d", "c.e", "{f,g}"],
    );
    check("a=x{,.sig}", "a", &["x{,.sig}"]);
    for (operator, expected) in [
        ("//./_", "1_22_3"),
        ("/./_", "1_22.3"),
        ("%.*", "1.22"),
        ("%%.*", "1"),
        ("#*.", "22.3"),
        ("##*.", "3"),
        ("::1", "1"),
        (":2", "22.3"),
        (":2:2", "22"),
        (":-4", "1.22.3"),
    ] {
        check(&format!("v=1.22.3\na=${{v{operator}}}"), "a", &[expected]);
    }
    check("v=Ab\na=${v,,}\nb=${v^^}", "b", &["AB"]);
    check("a=b;c=d", "c", &["d"]);
}

#[test]
fn what_bash_alone_can_read_is_said() {
    for text in [
        "a=$(date)",
        "a=`date`",
        "a=(x{1..2})",
        "a=b\n[[ $x ]] && a=c",
        "if x; then\n  a=b\nfi",
        "a=${b//x/y}",
        "a=$CARCH",
        "a=$'x'",
        "a=b c",
        "if x; then",
        "a=(b",
        "a='b",
        "a=(b (c))",
        "f() {\n",
    ] {
        assert_ne!(Pkgbuild::read(text).unread, [], "{text}");
    }
}

#[test]
fn what_a_condition_may_change_is_not_relied_on() {
    let found = Pkgbuild::read("a=(b)\nc=(d)\nif x; then\n  a+=(e)\nfi\nf=g\n[[ $x ]] && c+=(h)\n");
    let read = ["a", "c", "f"].map(|it| found.is_read(it));
    assert_eq!(read, [false, false, true]);
}

#[test]
fn functions() {
    let found = Pkgbuild::read("f() { :; }\npackage_a-b() {\n  x \"${y}\"\n}\na=b\n");
    let names: Vec<_> = found.functions.iter().map(|it| (&*it.name, it.line)).collect();
    assert_eq!(names, [("f", 1), ("package_a-b", 2)]);
    assert_eq!(found.functions[1].body, "\n  x \"${y}\"\n");
    assert_eq!(found.value("a"), Some("b"));
    assert_eq!(found.unread, []);
}
