//! The licence in Homebrew's form of an SPDX expression: `any_of:`, `all_of:`, `=> { with: … }`.

use spdx::expression::{ExprNode, Operator};
use spdx::{Expression, LicenseItem, LicenseReq};

use crate::render::language::Language;

/// A part of an expression.
enum Part {
    /// A literal of Ruby, and what stands beside it where it is not alone.
    One(String),
    /// A licence with an exception, as the pair of a hash.
    With(String),
    /// Several.
    Group(Operator, Vec<Part>),
}

/// The line `license …`; nothing where there is no licence. An expression that is none of SPDX cannot be said in this
/// form, and Homebrew has a word for that.
pub(super) fn line(expression: Option<&str>) -> String {
    let Some(text) = expression else {
        return String::new();
    };
    let Some(part) = Expression::parse(text).ok().as_ref().and_then(read) else {
        return "license :cannot_represent".to_owned();
    };
    match part {
        Part::One(text) | Part::With(text) => format!("license {text}"),
        Part::Group(operator, parts) => {
            // A nested declaration is spread over lines (rubocops/lines.rb, Licenses).
            let is_nested = parts.iter().any(|it| !matches!(it, Part::One(_)));
            let parts: Vec<String> = parts.iter().map(written).collect();
            if is_nested {
                let lines: Vec<String> = parts.iter().map(|it| format!("  {it},\n")).collect();
                format!("license {}: [\n{}]", word(operator), lines.concat())
            } else {
                format!("license {}: [{}]", word(operator), parts.join(", "))
            }
        }
    }
}

/// Expressions come in postfix order.
fn read(expression: &Expression) -> Option<Part> {
    let mut stack: Vec<Part> = Vec::new();
    for node in expression.iter() {
        let part = match node {
            ExprNode::Req(it) => one(&it.req),
            ExprNode::Op(operator) => {
                let (right, left) = (stack.pop()?, stack.pop()?);
                let mut parts = Vec::new();
                for side in [left, right] {
                    match side {
                        Part::Group(it, inner) if it == *operator => parts.extend(inner),
                        other => parts.push(other),
                    }
                }
                Part::Group(*operator, parts)
            }
        };
        stack.push(part);
    }
    let part = stack.pop();
    if stack.is_empty() { part } else { None }
}

fn one(req: &LicenseReq) -> Part {
    let license = match &req.license {
        LicenseItem::Spdx { .. } => Language::Ruby.literal(&req.license.to_string()),
        // Homebrew takes no references to texts of one's own.
        LicenseItem::Other { .. } => ":cannot_represent".to_owned(),
    };
    match &req.addition {
        Some(addition) => Part::With(format!(
            "{license} => {{ with: {} }}",
            Language::Ruby.literal(&addition.to_string())
        )),
        None => Part::One(license),
    }
}

fn word(operator: Operator) -> &'static str {
    match operator {
        Operator::And => "all_of",
        Operator::Or => "any_of",
    }
}

fn written(part: &Part) -> String {
    match part {
        Part::One(text) => text.clone(),
        Part::With(text) => format!("{{ {text} }}"),
        Part::Group(operator, parts) => {
            let parts: Vec<String> = parts.iter().map(written).collect();
            format!("{{ {}: [{}] }}", word(*operator), parts.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let check = |text: &str, expected: &str| assert_eq!(line(Some(text)), expected, "{text}");
        assert_eq!(line(None), "");
        check("MIT", "license \"MIT\"");
        check("GPL-3.0-or-later", "license \"GPL-3.0-or-later\"");
        check("MIT OR Apache-2.0", "license any_of: [\"MIT\", \"Apache-2.0\"]");
        check(
            "MIT AND Zlib AND ISC",
            "license all_of: [\"MIT\", \"Zlib\", \"ISC\"]",
        );
        check(
            "Apache-2.0 WITH LLVM-exception",
            "license \"Apache-2.0\" => { with: \"LLVM-exception\" }",
        );
        check(
            "Apache-2.0 WITH LLVM-exception OR MIT",
            "license any_of: [\n  { \"Apache-2.0\" => { with: \"LLVM-exception\" } },\n  \"MIT\",\n]",
        );
        check(
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "license all_of: [\n  { any_of: [\"MIT\", \"Apache-2.0\"] },\n  \"Unicode-3.0\",\n]",
        );
        check("LicenseRef-Own", "license :cannot_represent");
        check("my own", "license :cannot_represent");
    }
}
