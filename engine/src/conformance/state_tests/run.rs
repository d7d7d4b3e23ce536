//! Runs all subcases below some paths, on several threads.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use revm::primitives::hardfork::SpecId;

use super::{
    case::{self, Verdict},
    fixture::{self, FixtureError, Test},
    tally::Tally,
};
use crate::conformance::{
    Selection,
    verifier::{Verifier, VerifierError},
};

/// How often progress is reported.
const REPORT_EVERY: Duration = Duration::from_secs(20);

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The fork whose post-states are read; a test without any is read at its newest fork before it.
    pub fork: SpecId,
    /// Which steps are verified.
    pub selection: Selection,
    /// Threads.
    pub jobs: usize,
    /// Only subcases whose name contains this.
    pub filter: Option<String>,
    /// Where forge has put the compiled contracts.
    pub contracts: PathBuf,
}

/// Why nothing was run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A fixture is not readable.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// The verifier cannot be deployed.
    #[error(transparent)]
    Verifier(#[from] VerifierError),
}

/// What the threads share.
struct Shared<'a> {
    options: &'a Options,
    files: &'a [PathBuf],
    next: AtomicUsize,
    subcases: AtomicU64,
    verified: AtomicU64,
    done: AtomicBool,
    /// What each thread is at, and since when.
    current: Mutex<Vec<Option<(String, Instant)>>>,
}

/// Runs the subcases of the files at and below `paths`; says on stderr how far it is.
///
/// # Errors
/// [`RunError`]; differences are in the tally.
pub fn run(paths: &[PathBuf], options: &Options) -> Result<Tally, RunError> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(fixture::files(path)?);
    }
    let jobs = options.jobs.max(1);
    let shared = Shared {
        options,
        files: &files,
        next: AtomicUsize::new(0),
        subcases: AtomicU64::new(0),
        verified: AtomicU64::new(0),
        done: AtomicBool::new(false),
        current: Mutex::new(vec![None; jobs]),
    };
    let tallies = thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs)
            .map(|job| {
                scope.spawn({
                    let shared = &shared;
                    move || shared.work(job)
                })
            })
            .collect();
        let watch = scope.spawn(|| shared.watch());
        let tallies: Vec<_> = workers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        shared.done.store(true, Ordering::Relaxed);
        watch.thread().unpark();
        tallies
    });
    let mut sum = Tally::default();
    for tally in tallies {
        match tally {
            Ok(tally) => sum.add(tally?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    sum.failures.sort();
    Ok(sum)
}

impl Shared<'_> {
    fn work(&self, job: usize) -> Result<Tally, RunError> {
        let mut verifier = Verifier::deploy(&self.options.contracts, &case::LIMITS)?;
        let mut tally = Tally::default();
        while let Some(file) = self.files.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            for (name, test) in fixture::read(file)? {
                self.run_test(job, &label(file, &name), &test, &mut verifier, &mut tally);
            }
        }
        self.at(job, None);
        Ok(tally)
    }

    fn run_test(
        &self,
        job: usize,
        label: &str,
        test: &Test,
        verifier: &mut Verifier,
        tally: &mut Tally,
    ) {
        let Some((spec, posts)) = posts(test, self.options.fork) else { return };
        for post in posts {
            let name = format!("{label} {}", post.indexes);
            if self.options.filter.as_ref().is_some_and(|filter| !name.contains(filter)) {
                continue;
            }
            self.at(job, Some(name.clone()));
            let mut steps = Tally::default();
            let selection = self.options.selection;
            match case::check(test, post, spec, selection, verifier, &mut steps) {
                Ok(Verdict::Passed { executed, normalisations }) => {
                    tally.passed += 1;
                    tally.refused += u64::from(!executed);
                    for normalisation in normalisations {
                        *tally.normalised.entry(normalisation).or_default() += 1;
                    }
                }
                Ok(Verdict::Skipped(reason)) => *tally.skipped.entry(reason).or_default() += 1,
                Err(error) => tally.failures.push((name.clone(), error.to_string())),
            }
            steps.name(&name);
            self.subcases.fetch_add(1, Ordering::Relaxed);
            self.verified.fetch_add(steps.steps_verified(), Ordering::Relaxed);
            tally.add(steps);
        }
    }

    fn at(&self, job: usize, name: Option<String>) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = current.get_mut(job) {
            *place = name.map(|name| (name, Instant::now()));
        }
    }

    fn watch(&self) {
        while !self.done.load(Ordering::Relaxed) {
            thread::park_timeout(REPORT_EVERY);
            let files = self.next.load(Ordering::Relaxed).min(self.files.len());
            eprintln!(
                "{files} of {} files, {} subcases, {} steps verified",
                self.files.len(),
                self.subcases.load(Ordering::Relaxed),
                self.verified.load(Ordering::Relaxed),
            );
            let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            for (name, since) in current.iter().flatten() {
                if since.elapsed() > REPORT_EVERY {
                    eprintln!("  {} s at {name}", since.elapsed().as_secs());
                }
            }
        }
    }
}

/// The fork at which `test` is read, with its post-states.
fn posts(test: &Test, fork: SpecId) -> Option<(SpecId, &[super::fixture::Post])> {
    let known = test
        .post
        .iter()
        .filter_map(|(name, posts)| Some((name.parse::<SpecId>().ok()?, posts.as_slice())));
    known
        .filter(|(spec, _)| spec.is_enabled_in(SpecId::CANCUN) && fork.is_enabled_in(*spec))
        .max_by_key(|(spec, _)| *spec)
}

/// A test's name, with its file's where it is not a path itself.
fn label(file: &Path, name: &str) -> String {
    match file.file_name() {
        Some(file) if !name.contains("::") => format!("{}/{name}", file.to_string_lossy()),
        _ => name.to_owned(),
    }
}
