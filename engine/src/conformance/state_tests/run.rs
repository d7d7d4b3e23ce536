//! Runs all subcases below some paths, on several threads.

use std::{
    collections::btree_map,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
    vec,
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
    files: usize,
    queue: Mutex<Queue>,
    subcases: AtomicU64,
    verified: AtomicU64,
    done: AtomicBool,
    /// What each thread is at, and since when.
    current: Mutex<Vec<Option<(String, Instant)>>>,
}

/// The tests that no thread has taken yet.
struct Queue {
    files: vec::IntoIter<PathBuf>,
    /// The file under way, and what is left of it.
    file: PathBuf,
    tests: btree_map::IntoIter<String, Test>,
}

impl Queue {
    fn next(&mut self) -> Result<Option<(String, Test)>, FixtureError> {
        loop {
            if let Some((name, test)) = self.tests.next() {
                return Ok(Some((label(&self.file, &name), test)));
            }
            let Some(file) = self.files.next() else { return Ok(None) };
            self.tests = fixture::read(&file)?.into_iter();
            self.file = file;
        }
    }
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
        files: files.len(),
        queue: Mutex::new(Queue {
            files: files.into_iter(),
            file: PathBuf::new(),
            tests: btree_map::IntoIter::default(),
        }),
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
        loop {
            // the lock must not be held while the test runs
            let next = lock(&self.queue).next()?;
            let Some((name, test)) = next else { break };
            self.run_test(job, &name, &test, &mut verifier, &mut tally);
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
        let mut current = lock(&self.current);
        if let Some(place) = current.get_mut(job) {
            *place = name.map(|name| (name, Instant::now()));
        }
    }

    fn watch(&self) {
        while !self.done.load(Ordering::Relaxed) {
            thread::park_timeout(REPORT_EVERY);
            let files = self.files - lock(&self.queue).files.len();
            eprintln!(
                "{files} of {} files, {} subcases, {} steps verified",
                self.files,
                self.subcases.load(Ordering::Relaxed),
                self.verified.load(Ordering::Relaxed),
            );
            let current = lock(&self.current);
            for (name, since) in current.iter().flatten() {
                if since.elapsed() > REPORT_EVERY {
                    eprintln!("  {} s at {name}", since.elapsed().as_secs());
                }
            }
        }
    }
}

/// A thread that panicked has left nothing half done behind these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

/// A test's name, behind its folder's and its file's unless it is a path itself.
fn label(file: &Path, name: &str) -> String {
    if name.contains('/') {
        return name.to_owned();
    }
    let folder = file.parent().and_then(Path::file_name).unwrap_or_default();
    let file = file.file_name().unwrap_or_default();
    format!("{}/{}/{name}", folder.to_string_lossy(), file.to_string_lossy())
}
