//! Rewrites a document after files have moved, so that what it says and links to still leads there.

mod moves;
mod relative;
mod spelling;

use std::ops::Range;

pub use moves::Moves;

use crate::clean::path::TreePath;
use crate::clean::reference::{
    Format, Front, Meaning, Mention, Reading, format_of, links, meanings, mentions,
};
use relative::relative;

/// The text of a document after files have moved; `None` when nothing changes.
///
/// `old` and `new` are the document's own path before and after, equal when it stays. Paths in the text that lead to
/// what moves are changed; when the document itself moves, its links to what stays are too. Every other byte is
/// kept. `exists` tells what was in the tree before the moves. A text that was rewritten is not changed again by the
/// same moves, when `old` is `new` and `exists` tells what is there now.
pub fn rewrite(
    old: &TreePath,
    new: &TreePath,
    text: &[u8],
    moves: &Moves,
    exists: &dyn Fn(&TreePath) -> bool,
) -> Option<Vec<u8>> {
    let format = format_of(old.bytes()).filter(|it| *it != Format::Code)?;
    let document = Document {
        format,
        text,
        is_moving: old != new,
        from: old.folder(),
        to: new.folder(),
        moves,
        exists,
    };
    let mut changed = Vec::with_capacity(text.len() + 256);
    let mut copied = 0;
    for mention in document.mentions() {
        let change = document.changed(&mention);
        if let Some((span, path)) = change.filter(|it| it.0.start >= copied) {
            changed.extend_from_slice(&text[copied..span.start]);
            changed.extend_from_slice(&path);
            copied = span.end;
        }
    }
    changed.extend_from_slice(&text[copied..]);
    (changed != text).then_some(changed)
}

/// A document of which each mention is looked at.
struct Document<'a> {
    format: Format,
    text: &'a [u8],
    is_moving: bool,
    /// Its folder before the moves.
    from: TreePath,
    /// Its folder after them.
    to: TreePath,
    moves: &'a Moves,
    exists: &'a dyn Fn(&TreePath) -> bool,
}

impl Document<'_> {
    /// What may have to be changed, in order.
    fn mentions(&self) -> Vec<Mention> {
        let mut all = mentions(self.text, self.format, &self.moves.sought.needles);
        if self.is_moving {
            let links = links(self.text, self.format);
            all.retain(|it| !it.is_link);
            all.extend(links);
            all.sort_by_key(|it| it.span.start);
        }
        all
    }

    /// The bytes to replace, and with what; `None` when a mention can stay as it is.
    fn changed(&self, mention: &Mention) -> Option<(Range<usize>, Vec<u8>)> {
        let is_rebased = mention.is_link && self.is_moving;
        if !is_rebased && !self.moves.sought.may_own(&mention.readings, &self.from) {
            return None;
        }
        let found = meanings(&mention.readings, &self.from, self.exists);
        let moving = found.iter().find_map(|it| self.moved(it).map(|to| (it, to)));
        let (meaning, to) = if let Some(moving) = moving {
            moving
        } else {
            let stays = found.iter().find(|it| is_rebased && it.is_there)?;
            (stays, stays.path.clone())
        };
        let path = self.written_again(mention, meaning, &to)?;
        let reading = meaning.reading;
        let is_angled = self.text[..mention.span.start].ends_with(b"<");
        let bytes = spelling::spelled(
            &self.text[reading.span.clone()],
            reading,
            &path,
            spelling::Place {
                is_link: mention.is_link,
                is_angled,
                format: self.format,
            },
        );
        Some((reading.span.clone(), bytes))
    }

    /// Where what a path means is after the moves; `None` when it stays. A move that was made already moves nothing.
    fn moved(&self, meaning: &Meaning<'_>) -> Option<TreePath> {
        let (target, to) = self.moves.of_written(&meaning.path, meaning.reading.is_folder)?;
        (self.exists)(target).then_some(to)
    }

    /// The components that lead to a path after the moves, from where the old ones were read; `None` when the old
    /// ones lead there too.
    fn written_again(&self, mention: &Mention, meaning: &Meaning<'_>, to: &TreePath) -> Option<Vec<Vec<u8>>> {
        let reading = meaning.reading;
        let from_root = || relative(&TreePath::default(), to);
        let from_document = || relative(&self.to, to);
        match reading.front {
            Front::Root => return Some(from_root()),
            Front::Variable if meaning.place.is_root() => return Some(from_root()),
            Front::Variable => return Some(from_document()),
            Front::Relative => {}
        }
        // A link is relative to its document, whatever else exists.
        if mention.is_link && meaning.place == self.from {
            return Some(from_document());
        }
        if self.leads(&reading.components, reading, to) {
            return None;
        }
        let raw = &self.text[reading.span.clone()];
        let is_explicit = raw.starts_with(b"./") || raw.starts_with(b"../");
        let near = if meaning.place == self.from && (is_explicit || !self.from.is_root()) {
            from_document()
        } else {
            relative(&meaning.place, to)
        };
        // What is written from a folder above may meet a nearer file of the same path.
        let possible = [near, from_root()];
        let sound = possible.into_iter().find(|it| self.leads(it, reading, to));
        Some(sound.unwrap_or_else(from_document))
    }

    /// Whether components lead to a path after the moves, read from the document's new place.
    fn leads(&self, components: &[Vec<u8>], reading: &Reading, to: &TreePath) -> bool {
        let readings = [Reading {
            components: components.to_vec(),
            ..reading.clone()
        }];
        let exists = |it: &TreePath| self.moves.exists_after(it, self.exists);
        meanings(&readings, &self.to, &exists)
            .iter()
            .any(|it| it.path == *to)
    }
}

#[cfg(test)]
mod tests;
