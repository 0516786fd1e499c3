//! Reads a channel's name on a command line: the list is in help and completions, the nearest name in the error.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

use crate::channel::{self, CHANNELS, Channel};

/// The parser for `value_parser`.
#[derive(Clone, Copy, Debug)]
pub struct Name;

impl TypedValueParser for Name {
    type Value = &'static Channel;

    fn parse_ref(
        &self,
        command: &Command,
        _: Option<&Arg>,
        value: &OsStr,
    ) -> Result<&'static Channel, Error> {
        channel::parse(&value.to_string_lossy()).map_err(|problem| {
            let help: String = problem.help.iter().flat_map(|it| ["help: ", it, "\n"]).collect();
            Error::raw(ErrorKind::InvalidValue, format!("{}\n{help}", problem.what)).with_cmd(command)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = CHANNELS
            .iter()
            .map(|it| PossibleValue::new(it.name).help(it.title));
        Some(Box::new(values))
    }
}
