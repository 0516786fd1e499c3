//! `[channel.<name>]`: read by the table of channels, so that a key that no channel has is refused with its line.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::channel::{self, CHANNELS, Channel};

/// The tables of all channels by name; what each holds is checked against the channel's keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Channels(BTreeMap<String, BTreeMap<String, toml::Value>>);

impl Channels {
    /// Whether a channel has its table, and it does not turn the channel off.
    pub fn is_on(&self, channel: &Channel) -> bool {
        self.0
            .get(channel.name)
            .is_some_and(|it| it.get("enabled").and_then(toml::Value::as_bool) != Some(false))
    }

    /// Whether a channel has its table, be it on or off.
    pub fn has(&self, channel: &Channel) -> bool {
        self.0.contains_key(channel.name)
    }

    /// The settings of a channel.
    pub fn of(&self, channel: &'static Channel) -> Settings<'_> {
        Settings {
            channel,
            table: self.0.get(channel.name),
        }
    }
}

/// The settings of one channel. Asking for a key that is not in the channel's table is a mistake of ours.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    channel: &'static Channel,
    table: Option<&'a BTreeMap<String, toml::Value>>,
}

impl<'a> Settings<'a> {
    /// A string, if it is set and not empty.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.value(key, channel::Kind::Text)?
            .as_str()
            .filter(|it| !it.is_empty())
    }

    /// An array of strings; `None` when it is not set.
    pub fn list(&self, key: &str) -> Option<Vec<&'a str>> {
        let value = self.value(key, channel::Kind::List)?.as_array()?;
        Some(value.iter().filter_map(toml::Value::as_str).collect())
    }

    /// `true` or `false`; `None` when it is not set.
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.value(key, channel::Kind::Flag)?.as_bool()
    }

    fn value(&self, key: &str, kind: channel::Kind) -> Option<&'a toml::Value> {
        let is_known = self.channel.keys().any(|it| it.name == key && it.kind == kind);
        assert!(
            is_known,
            "`{}` has no key `{key}` of this kind",
            self.channel.name
        );
        self.table?.get(key)
    }
}

impl<'de> Deserialize<'de> for Channels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Channels, D::Error> {
        struct Tables;
        impl<'de> Visitor<'de> for Tables {
            type Value = Channels;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of channels")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Channels, M::Error> {
                let names: Vec<&str> = CHANNELS.iter().map(|it| it.name).collect();
                let mut tables = BTreeMap::new();
                while let Some(name) = map.next_key_seed(KnownKey(&names))? {
                    let channel = channel::find(&name).expect("only known names pass");
                    tables.insert(name, map.next_value_seed(Table(channel))?);
                }
                Ok(Channels(tables))
            }
        }
        deserializer.deserialize_map(Tables)
    }
}

struct Table(&'static Channel);

impl<'de> DeserializeSeed<'de> for Table {
    type Value = BTreeMap<String, toml::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Table {
    type Value = BTreeMap<String, toml::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the settings of the channel `{}`", self.0.name)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let names: Vec<&str> = self.0.keys().map(|it| it.name).collect();
        let mut table = BTreeMap::new();
        while let Some(name) = map.next_key_seed(KnownKey(&names))? {
            let key = self
                .0
                .keys()
                .find(|it| it.name == name)
                .expect("only known names pass");
            table.insert(name, map.next_value_seed(Typed(key))?);
        }
        Ok(table)
    }
}

/// A key of a list, else an error that says so in serde's own words, which [`super::problem_of`] understands.
struct KnownKey<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for KnownKey<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KnownKey<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<String, E> {
        if self.0.contains(&name) {
            return Ok(name.to_owned());
        }
        let known: Vec<String> = self.0.iter().map(|it| format!("`{it}`")).collect();
        Err(E::custom(format!(
            "unknown field `{name}`, expected one of {}",
            known.join(", ")
        )))
    }
}

struct Typed(&'static channel::Key);

impl<'de> DeserializeSeed<'de> for Typed {
    type Value = toml::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<toml::Value, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        if let Some(letter) = control(&value) {
            return Err(D::Error::custom(format!(
                "`{}` holds the control character `{}`, which no channel can show",
                self.0.name,
                letter.escape_default()
            )));
        }
        if self.0.kind.takes(&value) {
            Ok(value)
        } else {
            Err(D::Error::custom(format!(
                "`{}` is {}",
                self.0.name,
                self.0.kind.word()
            )))
        }
    }
}

/// A control character of a text that is neither a line feed nor a tab.
fn control(value: &toml::Value) -> Option<char> {
    match value {
        toml::Value::String(text) => text
            .chars()
            .find(|it| it.is_control() && !matches!(it, '\n' | '\t')),
        toml::Value::Array(list) => list.iter().find_map(control),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = match Config::parse(text) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.0.into_iter().map(|it| it.what).collect(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_channel_is_on_when_it_has_a_table_that_does_not_turn_it_off() {
        let config = Config::parse("[channel.snap]\n[channel.aur]\nenabled = false\n").unwrap();
        let is_on = |name| config.channel.is_on(crate::channel::find(name).unwrap());
        assert!(is_on("snap") && !is_on("aur") && !is_on("scoop"));
    }

    #[test]
    fn unknown_channels_keys_and_wrong_kinds_are_found_at_once() {
        check(
            "[channel.snpa]\nname = \"x\"\n[channel.aur]\nnmae = \"x\"\nenabled = \"yes\"\n",
            &[
                "packaging/release.toml:1: no key `snpa` here; did you mean `snap`?",
                "packaging/release.toml:4: no key `nmae` here; did you mean `name`?",
                "packaging/release.toml:5: `enabled` is `true` or `false`",
            ],
        );
        check(
            "[channel.aur]\nsummary = \"a\\u0007\"\nmaintainers = [\"b\\u001b\"]\n",
            &[
                "packaging/release.toml:2: `summary` holds the control character `\\u{7}`, which no channel can show",
                "packaging/release.toml:3: `maintainers` holds the control character `\\u{1b}`, which no channel can show",
            ],
        );
    }
}
