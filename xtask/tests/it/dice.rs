//! Numbers that look random, and the seeds that tests of properties try.

use std::ops::Range;

use xtask::effect::environment;

/// Numbers that look random and are the same on each run (xorshift64*, Vigna 2016).
pub(crate) struct Dice(u64);

impl Dice {
    /// The dice of a seed.
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number from 0 to `end` - 1.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).expect("31 bits") % end
    }

    /// One of a list.
    pub(crate) fn one_of<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }

    /// `true` once in `of` throws.
    pub(crate) fn is(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }
}

/// So many seeds; `XTASK_TEST_SEEDS=1000..2000` asks for others.
pub(crate) fn seeds(count: u64) -> Range<u64> {
    let asked = environment::var("XTASK_TEST_SEEDS");
    let ends = asked.as_deref().and_then(|it| it.split_once(".."));
    let number = |it: &str| it.parse().expect("a number");
    ends.map_or(1..count + 1, |(start, end)| number(start)..number(end))
}
