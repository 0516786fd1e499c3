//! The words of GitHub Actions for annotations:
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.

use std::path::Path;

use super::Level;
use crate::effect::environment;
use crate::problem::Place;

/// The variable that names the folder of the checkout, which files of annotations are counted from.
const CHECKOUT: &str = "GITHUB_WORKSPACE";

/// A line such as `::error file=src/a.rs,line=3,title=tidy::what was found`.
pub(super) fn command(level: Level, place: Option<&Place>, title: Option<&str>, message: &str) -> String {
    let name = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "notice",
    };
    let mut properties = Vec::new();
    if let Some(place) = place {
        properties.push(format!("file={}", escape_property(&place.file)));
        properties.extend(place.line.map(|it| format!("line={it}")));
    }
    properties.extend(title.map(|it| format!("title={}", escape_property(it))));
    let space = if properties.is_empty() { "" } else { " " };
    format!("::{name}{space}{}::{}", properties.join(","), escape(message))
}

/// The place with its file counted from the checkout, when the root of the workspace lies below it.
pub(super) fn place(place: &Place, root: Option<&Path>) -> Place {
    let checkout = environment::path_var(CHECKOUT);
    let file = root.zip(checkout).and_then(|(root, checkout)| {
        let whole = |it: &Path| it.canonicalize().unwrap_or(it.to_owned());
        let inside = whole(root).strip_prefix(whole(&checkout)).ok()?.join(&place.file);
        Some(inside.to_string_lossy().replace('\\', "/"))
    });
    Place {
        file: file.unwrap_or_else(|| place.file.clone()),
        line: place.line,
    }
}

/// Escapes the message of a command, which ends with the line.
fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property, which a comma or a colon would end too.
fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_hold_what_is_known() {
        let check = |place: Option<Place>, title, expected: &str| {
            assert_eq!(command(Level::Error, place.as_ref(), title, "no `x`"), expected);
        };
        check(None, None, "::error::no `x`");
        check(None, Some("tidy"), "::error title=tidy::no `x`");
        check(Some(Place::file("a.md")), None, "::error file=a.md::no `x`");
        check(
            Some(Place::line("a.md", 3)),
            Some("tidy"),
            "::error file=a.md,line=3,title=tidy::no `x`",
        );
        assert_eq!(command(Level::Warning, None, None, "x"), "::warning::x");
        assert_eq!(command(Level::Notice, None, None, "x"), "::notice::x");
    }

    #[test]
    fn no_text_ends_a_command_or_begins_another() {
        let place = Place::line("a,b:c%\n::d.rs", 1);
        assert_eq!(
            command(
                Level::Error,
                Some(&place),
                Some("1,2:3\r"),
                "50 %: a, b\r\n::error::c"
            ),
            "::error file=a%2Cb%3Ac%25%0A%3A%3Ad.rs,line=1,title=1%2C2%3A3%0D::50 %25: a, b%0D%0A::error::c"
        );
    }
}
