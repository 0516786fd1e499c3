//! Tells whether a binary still carries the names of its own functions, which a stripped one does not.

use object::read::macho::{FatArch, MachOFatFile32, MachOFatFile64};
use object::{FileKind, Object, ObjectSymbol};

/// The first name of a function or variable of the binary's own that nothing outside can ask for; `None` when it is
/// stripped. What a loader needs (imports, exports) is no such name.
pub fn left_over(bytes: &[u8]) -> Option<String> {
    match FileKind::parse(bytes).ok()? {
        FileKind::MachOFat32 => {
            let file = MachOFatFile32::parse(bytes).ok()?;
            file.arches().iter().find_map(|it| of_one(it.data(bytes).ok()?))
        }
        FileKind::MachOFat64 => {
            let file = MachOFatFile64::parse(bytes).ok()?;
            file.arches().iter().find_map(|it| of_one(it.data(bytes).ok()?))
        }
        _ => of_one(bytes),
    }
}

fn of_one(bytes: &[u8]) -> Option<String> {
    let file = object::File::parse(bytes).ok()?;
    let own = file.symbols().find(|it| it.is_definition() && !it.is_global())?;
    Some(
        own.name()
            .unwrap_or("a symbol without a readable name")
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::{environment, files};

    #[test]
    fn a_test_program_is_not_stripped() {
        let bytes = files::read(&environment::this_program().unwrap()).unwrap();
        assert!(left_over(&bytes).is_some());
    }

    #[test]
    fn what_is_no_program_holds_no_names() {
        assert_eq!(left_over(b"plain text"), None);
    }
}
