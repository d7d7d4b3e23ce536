//! Differential fuzzing: random worlds and blocks, executed by the engine, by revm alone, and step by step by the
//! compiled verifier. All three must agree; a case in which they do not is saved as JSON and replayed by the tests.

mod assembler;
pub mod case;
pub mod check;
pub mod coverage;
pub mod dice;
pub mod generate;
pub mod minimise;
mod precompiles;
mod programs;
pub mod reference;
mod transactions;
pub mod vectors;

use std::{
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

pub use self::{
    case::Case,
    check::{Difference, Size, check_case},
    coverage::Coverage,
};
use super::verifier::{Verifier, VerifierError};

/// What a run does.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed of all cases.
    pub seed: u64,
    /// Number of the first case.
    pub first: u64,
    /// How many cases at most.
    pub cases: u64,
    /// How long at most.
    pub time: Option<Duration>,
    /// Threads.
    pub jobs: usize,
    /// Where cases with a difference are saved.
    pub save: Option<PathBuf>,
}

/// A run could not go on.
#[derive(Debug, thiserror::Error)]
pub enum FuzzError {
    /// There is no verifier.
    #[error(transparent)]
    Verifier(#[from] VerifierError),
    /// A case could not be read or written.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What a run has found.
#[derive(Debug, Default)]
pub struct Findings {
    /// Cases checked.
    pub cases: u64,
    /// What they had, together.
    pub size: Size,
    /// What they reached.
    pub coverage: Coverage,
    /// The cases with a difference, made smaller.
    pub differences: Vec<(Case, Difference)>,
}

impl Findings {
    fn merge(&mut self, size: Size, coverage: Coverage) {
        self.cases += 1;
        self.size.executed += size.executed;
        self.size.skipped += size.skipped;
        self.size.steps += size.steps;
        self.coverage.merge(coverage);
    }
}

/// Checks the cases of `plan` with the verifier that forge compiled into `out`; `progress` is called after each case.
///
/// # Errors
/// [`FuzzError`]; differences are among the findings.
pub fn run(
    plan: &Plan,
    out: &Path,
    progress: impl Fn(&Findings) + Sync,
) -> Result<Findings, FuzzError> {
    let findings = Mutex::new(Findings::default());
    let (next, start) = (AtomicU64::new(0), Instant::now());
    let work = || -> Result<(), FuzzError> {
        let mut checker = Checker::new(out)?;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= plan.cases || plan.time.is_some_and(|time| start.elapsed() >= time) {
                return Ok(());
            }
            let case = generate::case(plan.seed, plan.first.saturating_add(number));
            let mut coverage = Coverage::default();
            let result = checker.check(&case, &mut coverage)?;
            let size = match result {
                Ok(size) => size,
                Err(difference) => {
                    let found = checker.smaller(case, difference)?;
                    if let Some(directory) = &plan.save {
                        save(directory, &found.0)?;
                    }
                    lock(&findings).differences.push(found);
                    Size::default()
                }
            };
            let mut findings = lock(&findings);
            findings.merge(size, coverage);
            progress(&findings);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..plan.jobs.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    Ok(findings.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn lock(findings: &Mutex<Findings>) -> MutexGuard<'_, Findings> {
    findings.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Checks cases one after the other.
struct Checker<'a> {
    out: &'a Path,
    verifier: Verifier,
}

impl<'a> Checker<'a> {
    fn new(out: &'a Path) -> Result<Self, VerifierError> {
        Ok(Self { out, verifier: Verifier::deploy(out, &case::LIMITS)? })
    }

    fn check(
        &mut self,
        case: &Case,
        coverage: &mut Coverage,
    ) -> Result<Result<Size, Difference>, VerifierError> {
        let checked = AssertUnwindSafe(|| check_case(case, &mut self.verifier, coverage));
        Ok(match catch_unwind(checked) {
            Ok(result) => result,
            Err(panic) => {
                // it may be in the middle of something
                *self = Self::new(self.out)?;
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned()));
                Err(Difference::Panic(text.unwrap_or_default()))
            }
        })
    }

    fn smaller(
        &mut self,
        case: Case,
        difference: Difference,
    ) -> Result<(Case, Difference), VerifierError> {
        let mut error = None;
        let smaller = minimise::minimise(&case, |candidate| {
            match self.check(candidate, &mut Coverage::default()) {
                Ok(Err(other)) => difference.is_like(&other),
                Ok(Ok(_)) => false,
                Err(failure) => {
                    error = Some(failure);
                    false
                }
            }
        });
        match error {
            Some(error) => Err(error),
            None => Ok((smaller, difference)),
        }
    }
}

fn save(directory: &Path, case: &Case) -> Result<(), FuzzError> {
    let path = directory.join(format!("{}-{}.json", case.seed, case.number));
    let failed = |source| FuzzError::File { path: path.clone(), source };
    let text = serde_json::to_vec_pretty(case).map_err(|error| failed(error.into()))?;
    fs::create_dir_all(directory).and_then(|()| fs::write(&path, text)).map_err(failed)
}

/// The case saved at `path`.
///
/// # Errors
/// [`FuzzError::File`].
pub fn load(path: &Path) -> Result<Case, FuzzError> {
    let failed = |source| FuzzError::File { path: path.to_owned(), source };
    let text = fs::read(path).map_err(failed)?;
    serde_json::from_slice(&text).map_err(|error| failed(error.into()))
}
