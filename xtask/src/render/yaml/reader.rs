//! Reads YAML: events of the parser become a tree, keys that are there twice are errors.

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::problem::{Place, Problem};
use crate::render::yaml::Yaml;

/// Reads one document.
pub(super) fn parse(text: &str, origin: &str) -> anyhow::Result<Yaml> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: Vec::new(),
        nodes: 0,
        origin,
    };
    let mut found = None;
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(found.unwrap_or(Yaml::Plain(String::new()))),
            (Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing, _) => {}
            (_, line) if found.is_some() => {
                return Err(reader.problem(line, "a second document begins").into());
            }
            (event, line) => found = Some(reader.node(event, line, 0)?),
        }
    }
}

/// Deeper than any manifest, and far from the end of the stack.
const DEEPEST: usize = 64;

/// More nodes than any manifest. Aliases of aliases make a few bytes into all the memory there is.
const MOST_NODES: usize = 200_000;

struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: Vec<(usize, Yaml, usize)>,
    /// How many nodes there are already, those of aliases included.
    nodes: usize,
    origin: &'a str,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> anyhow::Result<(Event<'a>, usize)> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, span.start.line())),
            Some(Err(error)) => Err(self.problem(error.marker().line(), error.info()).into()),
            None => Ok((Event::StreamEnd, 0)),
        }
    }

    fn problem(&self, line: usize, what: &str) -> Problem {
        Problem::at(
            Place::line(self.origin, line),
            format_args!("it is no YAML: {what}"),
        )
    }

    fn node(&mut self, event: Event<'a>, line: usize, depth: usize) -> anyhow::Result<Yaml> {
        if depth > DEEPEST {
            return Err(self.problem(line, "it is nested too deeply").into());
        }
        let before = self.nodes;
        self.nodes += 1;
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let text = text.into_owned();
                let node = match style {
                    ScalarStyle::Plain => Yaml::Plain(text),
                    ScalarStyle::Literal | ScalarStyle::Folded => Yaml::Block(text),
                    _ => Yaml::Quoted(text),
                };
                (node, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, line) => items.push(self.node(event, line, depth + 1)?),
                    }
                }
                (Yaml::List(items), anchor)
            }
            Event::MappingStart(anchor, _) => {
                let mut entries: Vec<(String, Yaml)> = Vec::new();
                loop {
                    let (key, line) = match self.next()? {
                        (Event::MappingEnd, _) => break,
                        (event, line) => (self.node(event, line, depth + 1)?, line),
                    };
                    let Some(key) = key.as_str().map(str::to_owned) else {
                        return Err(self.problem(line, "a key is no text").into());
                    };
                    if entries.iter().any(|(it, _)| *it == key) {
                        return Err(self
                            .problem(line, &format!("the key `{key}` is there twice"))
                            .into());
                    }
                    let (event, line) = self.next()?;
                    entries.push((key, self.node(event, line, depth + 1)?));
                }
                (Yaml::Map(entries), anchor)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.iter().find(|(it, ..)| *it == anchor);
                let Some((_, node, size)) = known else {
                    return Err(self.problem(line, "an alias names no anchor").into());
                };
                self.nodes += size;
                if self.nodes > MOST_NODES {
                    let what = format!("its aliases stand for more than {MOST_NODES} nodes");
                    return Err(self.problem(line, &what).into());
                }
                (node.clone(), 0)
            }
            _ => return Err(self.problem(line, "it ends too early").into()),
        };
        if anchor > 0 {
            self.anchors.push((anchor, node.clone(), self.nodes - before));
        }
        Ok(node)
    }
}
