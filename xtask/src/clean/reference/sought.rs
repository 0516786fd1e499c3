//! What is looked for, made ready: the names of the targets and the paths that belong to them.

use std::path::{Component, Path};

use super::kind::{FileKind, Format};
use super::meaning::{Owners, candidates, lead, meanings};
use super::mention::mentions;
use super::needle::Needles;
use super::reading::Reading;
use super::{Reference, Target};
use crate::clean::path::{TreePath, bytes_of};

/// Targets with all that helps to find them.
#[derive(Debug)]
pub(crate) struct Sought {
    pub(crate) targets: Vec<Target>,
    pub(crate) needles: Needles,
    pub(crate) owners: Owners,
}

impl Sought {
    pub(crate) fn new(targets: Vec<Target>) -> Sought {
        Sought {
            needles: Needles::new(targets.iter().map(|it| &it.path)),
            owners: Owners::new(&targets),
            targets,
        }
    }

    /// The references in the text of a file, in order, those to the file itself left out.
    pub(crate) fn in_text(
        &self,
        file: &TreePath,
        format: Format,
        text: &[u8],
        exists: &dyn Fn(&TreePath) -> bool,
    ) -> Vec<Reference> {
        let folder = file.folder();
        let mut found = Vec::new();
        let mut line = 1;
        let mut counted = 0;
        for mention in mentions(text, format, &self.needles) {
            if !self.may_own(&mention.readings, &folder) {
                continue;
            }
            let at = mention.readings[0].span.start;
            line += memchr::memchr_iter(b'\n', &text[counted..at]).count();
            counted = at;
            for meaning in meanings(&mention.readings, &folder, exists) {
                let owners = self.owners.of(&meaning.path, meaning.reading.is_folder);
                let others = owners.into_iter().filter(|it| self.targets[*it].path != *file);
                found.extend(others.map(|target| Reference {
                    target,
                    file: file.clone(),
                    line,
                    kind: format.kind(),
                }));
            }
        }
        found
    }

    /// The references that a link to `aim` is; one that moves along with what it leads to is none.
    pub(crate) fn in_link(&self, file: &TreePath, aim: &Path, root: &Path) -> Vec<Reference> {
        let (place, aim) = match aim.strip_prefix(root) {
            Ok(inside) => (TreePath::default(), inside),
            Err(_) if aim.has_root() => return Vec::new(),
            Err(_) => (file.folder(), aim),
        };
        let components = aim.components().filter(|it| *it != Component::CurDir);
        let components: Vec<Vec<u8>> = components.map(|it| bytes_of(it.as_ref())).collect();
        let owners = lead(&place, &components).map(|it| self.owners.of(&it, false));
        let others = owners.into_iter().flatten().filter(|it| {
            let target = &self.targets[*it].path;
            target != file && !file.is_below(target)
        });
        others
            .map(|target| Reference {
                target,
                file: file.clone(),
                line: 1,
                kind: FileKind::Code,
            })
            .collect()
    }

    /// Whether any reading can lead to a target, whatever exists: asked first, for it asks nothing of the disk.
    pub(crate) fn may_own(&self, readings: &[Reading], folder: &TreePath) -> bool {
        readings.iter().any(|reading| {
            candidates(reading, folder)
                .iter()
                .any(|(_, path)| !self.owners.of(path, reading.is_folder).is_empty())
        })
    }
}
