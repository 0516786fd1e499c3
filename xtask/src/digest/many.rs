//! Works through many files on all cores, and gives the results in the order of the files.

use std::cmp::Reverse;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::digest::{self, Algorithm, Checksum};

/// How many threads can work at once here.
pub fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// The digests of files, hashed by `jobs` threads, in the order of `paths`; one bad file does not stop the others.
pub fn many<P: AsRef<Path> + Sync>(
    paths: &[P],
    algorithm: Algorithm,
    jobs: NonZeroUsize,
) -> Vec<anyhow::Result<Checksum>> {
    each(paths, jobs, |path| digest::file(path.as_ref(), algorithm))
}

/// What `work` makes of each file, done by `jobs` threads, in the order of `files`.
///
/// Large files are taken first, so that none of them is left for the end, when the other threads have nothing to do.
pub fn each<P: AsRef<Path> + Sync, T: Send>(
    files: &[P],
    jobs: NonZeroUsize,
    work: impl Fn(&P) -> T + Sync,
) -> Vec<T> {
    let threads = jobs.get().min(files.len());
    if threads <= 1 {
        return files.iter().map(work).collect();
    }
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_cached_key(|at| Reverse(files[*at].as_ref().metadata().map_or(0, |it| it.len())));
    let next = AtomicUsize::new(0);
    let take = || {
        let turns = std::iter::repeat_with(|| order.get(next.fetch_add(1, Ordering::Relaxed)));
        let turns = turns.map_while(Option::<&usize>::copied);
        turns.map(|at| (at, work(&files[at]))).collect::<Vec<_>>()
    };
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(take)).collect();
        let joined = workers.into_iter().map(thread::ScopedJoinHandle::join);
        joined
            .flat_map(|it| it.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::{environment, files};

    #[test]
    fn results_come_in_the_order_of_the_files_whatever_the_number_of_jobs() {
        let scratch = files::Scratch::new(&environment::temp_dir()).unwrap();
        let paths: Vec<_> = (0..40).map(|it| scratch.path().join(format!("f{it}"))).collect();
        for (at, path) in paths.iter().enumerate().filter(|(at, _)| at % 7 != 3) {
            files::write(path, "x".repeat(at * 100).as_bytes()).unwrap();
        }
        for jobs in [1, 2, 3, 64] {
            let jobs = NonZeroUsize::new(jobs).unwrap();
            let results = many(&paths, Algorithm::Sha256, jobs);
            assert_eq!(results.len(), paths.len());
            for (at, result) in results.iter().enumerate() {
                match result {
                    Ok(sum) => {
                        let content = "x".repeat(at * 100);
                        assert_eq!(*sum, digest::bytes(content.as_bytes(), Algorithm::Sha256));
                    }
                    Err(error) => {
                        assert_eq!(at % 7, 3, "{error:#}");
                        assert!(error.to_string().contains(&format!("f{at}`")), "{error:#}");
                    }
                }
            }
        }
        let none: [&Path; 0] = [];
        assert!(many(&none, Algorithm::Sha256, cores()).is_empty());
    }
}
