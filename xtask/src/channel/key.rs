//! The keys of `[channel.<name>]`: a table per channel, from which reading, errors, documents and `init` follow.

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// An array of strings.
    List,
    /// `true` or `false`.
    Flag,
}

impl Kind {
    /// The word for an error.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Text => "a string",
            Kind::List => "an array of strings",
            Kind::Flag => "`true` or `false`",
        }
    }

    /// Whether a value is of this kind.
    pub fn takes(self, value: &toml::Value) -> bool {
        match self {
            Kind::Text => value.is_str(),
            Kind::List => value
                .as_array()
                .is_some_and(|it| it.iter().all(toml::Value::is_str)),
            Kind::Flag => value.is_bool(),
        }
    }
}

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name, in kebab case.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// What it is for, and the default: one line without a full stop.
    pub about: &'static str,
    /// A value as TOML, for documents and for the file that `init` writes.
    pub example: &'static str,
}

/// The keys that every channel has. Those of a channel's own come after them.
pub const COMMON: &[Key] = &[
    Key {
        name: "enabled",
        kind: Kind::Flag,
        about: "whether the channel is served; a channel without its table is not [default: true]",
        example: "true",
    },
    Key {
        name: "name",
        kind: Kind::Text,
        about: "the name of the package there [default: the package's own]",
        example: "\"demo\"",
    },
    Key {
        name: "summary",
        kind: Kind::Text,
        about: "one line about the product, where the channel's rules force another [default: `[product] summary`]",
        example: "\"Counts the words of a text\"",
    },
    Key {
        name: "description",
        kind: Kind::Text,
        about: "paragraphs about the product [default: `[product] description`]",
        example: "\"\"\"Counts words.\\n\\nFast.\"\"\"",
    },
];
