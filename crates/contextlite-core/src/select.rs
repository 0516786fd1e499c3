//! Picks the best set of passages that fits a budget.

/// A passage that may be picked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Candidate {
    /// Above 0.
    pub(crate) relevance: f64,
    pub(crate) tokens: u64,
    /// What it resembles others by, from [`shingles`].
    pub(crate) shingles: Vec<u64>,
}

/// Passages this much alike are copies: the second adds nothing.
const COPY: f64 = 0.8;
/// Each passage costs its reader this many tokens of attention on top of its own. Without it, crumbs that happen to
/// hold a word of the query win over the paragraph that answers it.
const ATTENTION: u32 = 64;

/// Picks candidates whose tokens add up to no more than `budget`; gives their places in `candidates`, ascending.
///
/// Greedy: again and again the one with the most relevance per token, where relevance falls with the likeness to
/// what was picked before. Greedy alone can spend the budget on small fry and leave out one large passage that is
/// worth more than all of them, so that the result is compared with one that begins with the best passage. Ties go
/// to the earlier candidate.
pub(crate) fn select(candidates: &[Candidate], budget: u64) -> Vec<usize> {
    let greedy = fill(candidates, budget, None);
    let best = (0..candidates.len())
        .filter(|it| candidates[*it].tokens <= budget)
        .reduce(|a, b| {
            if candidates[b].relevance > candidates[a].relevance {
                b
            } else {
                a
            }
        });
    let mut chosen = match best {
        Some(best) if !greedy.places.contains(&best) => {
            let led = fill(candidates, budget, Some(best));
            if led.gain > greedy.gain {
                led.places
            } else {
                greedy.places
            }
        }
        _ => greedy.places,
    };
    chosen.sort_unstable();
    chosen
}

struct Filled {
    places: Vec<usize>,
    gain: f64,
}

fn fill(candidates: &[Candidate], budget: u64, first: Option<usize>) -> Filled {
    let mut left = budget;
    let mut likeness = vec![0.0_f64; candidates.len()];
    let mut open: Vec<usize> = (0..candidates.len()).collect();
    let mut filled = Filled {
        places: Vec::new(),
        gain: 0.0,
    };
    let mut next = first;
    loop {
        open.retain(|it| candidates[*it].tokens <= left && likeness[*it] < COPY);
        let gain = |it: usize| candidates[it].relevance * (1.0 - likeness[it]);
        let density = |it: usize| gain(it) / cost(&candidates[it]);
        let picked = next.take().or_else(|| {
            open.iter()
                .copied()
                .reduce(|a, b| if density(b) > density(a) { b } else { a })
        });
        let Some(picked) = picked else { return filled };
        filled.gain += gain(picked);
        filled.places.push(picked);
        left -= candidates[picked].tokens;
        open.retain(|it| *it != picked);
        for it in &open {
            likeness[*it] = likeness[*it].max(alike(&candidates[*it].shingles, &candidates[picked].shingles));
        }
    }
}

fn cost(candidate: &Candidate) -> f64 {
    f64::from(
        u32::try_from(candidate.tokens)
            .unwrap_or(u32::MAX)
            .saturating_add(ATTENTION),
    )
}

/// The hashes of each three words in a row, sorted and unique. Numbers are all the same word, so that lines of a log
/// that differ in their time are alike.
pub(crate) fn shingles(text: &str) -> Vec<u64> {
    let words: Vec<u64> = text
        .split(|it: char| !it.is_alphanumeric())
        .filter(|it| !it.is_empty())
        .map(|it| {
            if it.bytes().all(|it| it.is_ascii_digit()) {
                0
            } else {
                fnv(it.bytes())
            }
        })
        .collect();
    let mut shingles: Vec<u64> = if words.len() < 3 {
        words
    } else {
        words
            .windows(3)
            .map(|it| fnv(it.iter().flat_map(|it| it.to_le_bytes())))
            .collect()
    };
    shingles.sort_unstable();
    shingles.dedup();
    shingles
}

/// FNV-1a: the same on every platform and in every version, which the standard library does not promise of its own.
fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, it| {
        (hash ^ u64::from(it)).wrapping_mul(0x100_0000_01b3)
    })
}

/// How much of the smaller one is in the other, from 0 to 1.
fn alike(a: &[u64], b: &[u64]) -> f64 {
    let smaller = a.len().min(b.len());
    if smaller == 0 {
        return 0.0;
    }
    let (mut at_a, mut at_b, mut common) = (0, 0, 0_u32);
    while let (Some(x), Some(y)) = (a.get(at_a), b.get(at_b)) {
        at_a += usize::from(x <= y);
        at_b += usize::from(y <= x);
        common += u32::from(x == y);
    }
    f64::from(common) / f64::from(u32::try_from(smaller).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(relevance: f64, tokens: u64, text: &str) -> Candidate {
        Candidate {
            relevance,
            tokens,
            shingles: shingles(text),
        }
    }

    #[track_caller]
    fn check(candidates: &[Candidate], budget: u64, expected: &[usize]) {
        assert_eq!(select(candidates, budget), expected);
    }

    #[test]
    fn takes_the_relevant_first() {
        let all = [
            candidate(0.5, 100, "a"),
            candidate(1.0, 100, "b"),
            candidate(0.7, 100, "c"),
        ];
        check(&all, 300, &[0, 1, 2]);
        check(&all, 299, &[1, 2]);
        check(&all, 100, &[1]);
        check(&all, 99, &[]);
        check(&[], 100, &[]);
    }

    #[test]
    fn near_copies_do_not_fill_the_budget() {
        let text =
            |number| format!("Copyright {number} the authors, all rights of this work reserved by them");
        let mut all: Vec<_> = (0..5).map(|it| candidate(1.0, 100, &text(it))).collect();
        all.push(candidate(0.3, 100, "something else that the query also found"));
        check(&all, 1_000, &[0, 5]);
    }

    #[test]
    fn what_is_partly_said_counts_less() {
        let said = "one two three four five six seven eight";
        let half = "one two three four five and then other words";
        let all = [
            candidate(1.0, 100, said),
            candidate(0.9, 100, half),
            candidate(0.7, 100, "new"),
        ];
        check(&all, 200, &[0, 2]);
    }

    #[test]
    fn crumbs_do_not_push_out_the_passage_that_answers() {
        let mut all = vec![candidate(1.0, 200, "the answer")];
        all.extend((0..5).map(|it| candidate(0.15, 10, &["v", "w", "x", "y", "z"][it].repeat(3))));
        check(&all, 210, &[0, 1]);
    }

    #[test]
    fn the_best_passage_is_not_lost_to_many_dense_ones() {
        let all = [candidate(0.5, 10, "x"), candidate(1.0, 250, "y")];
        check(&all, 250, &[1]);
    }

    #[test]
    fn never_over_budget_and_always_the_same() {
        let mut seed = 1_u64;
        let mut next = |below: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed % below
        };
        for _ in 0..2_000 {
            let candidates: Vec<_> = (0..next(40))
                .map(|_| Candidate {
                    relevance: f64::from(u32::try_from(next(10)).unwrap() + 1) / 10.0,
                    tokens: next(300),
                    shingles: {
                        let mut it: Vec<_> = (0..next(6)).map(|_| next(20)).collect();
                        it.sort_unstable();
                        it.dedup();
                        it
                    },
                })
                .collect();
            let budget = next(2_000);
            let chosen = select(&candidates, budget);
            let used: u64 = chosen.iter().map(|it| candidates[*it].tokens).sum();
            assert!(used <= budget);
            assert!(chosen.is_sorted_by(|a, b| a < b), "each once");
            assert_eq!(chosen, select(&candidates, budget));
            for (number, it) in chosen.iter().enumerate() {
                for other in &chosen[..number] {
                    assert!(alike(&candidates[*it].shingles, &candidates[*other].shingles) < COPY);
                }
            }
            let fits = candidates.iter().any(|it| it.tokens <= budget);
            assert_eq!(fits, !chosen.is_empty(), "something is picked if anything fits");
        }
    }
}
