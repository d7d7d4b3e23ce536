//! sled, made to answer with an error where it would panic and to sync where it would not.

use std::{
    fs::{self, File},
    io::ErrorKind,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use super::{CacheSize, StoreError};

/// Milliseconds between sled's own flushes, which also collect its garbage.
const FLUSH_EVERY_MS: u64 = 500;
/// A database that this process has just closed stays locked until sled's own thread has ended: how often, and after how
/// long each time, the lock is tried again.
const LOCK_TRIES: u32 = 100;
const LOCK_WAIT: Duration = Duration::from_millis(20);

pub(super) struct Database {
    tree: sled::Db,
    log: File,
    log_path: PathBuf,
}

impl Database {
    /// Opens or creates. A damaged snapshot is moved aside, since it only saves time at opening.
    pub(super) fn open(path: &Path, cache: CacheSize) -> Result<Self, StoreError> {
        let tree = match open_unlocked(path, cache) {
            Err(StoreError::Corrupt(_)) if set_snapshots_aside(path)? > 0 => {
                open_unlocked(path, cache)
            }
            result => result,
        }?;
        let log_path = path.join("db");
        let log = File::open(&log_path).map_err(StoreError::io(&log_path))?;
        let database = Self { tree, log, log_path };
        database.sync()?;
        Ok(database)
    }

    /// Writes all or nothing, durably.
    pub(super) fn write(&self, batch: sled::Batch) -> Result<(), StoreError> {
        self.tree.apply_batch(batch)?;
        self.sync()
    }

    /// sled's flush stops at `sync_file_range`, which does not survive a power loss.
    fn sync(&self) -> Result<(), StoreError> {
        self.tree.flush()?;
        self.log.sync_all().map_err(StoreError::io(&self.log_path))
    }

    pub(super) fn size(&self) -> Result<u64, StoreError> {
        Ok(self.tree.size_on_disk()?)
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<sled::IVec>, StoreError> {
        Ok(self.tree.get(key)?)
    }

    pub(super) fn prefix(
        &self,
        prefix: &[u8],
    ) -> impl Iterator<Item = Result<(sled::IVec, sled::IVec), StoreError>> + use<> {
        self.tree.scan_prefix(prefix).map(|row| Ok(row?))
    }

    /// The keys from `start` on, up to `end`.
    pub(super) fn keys(
        &self,
        start: Vec<u8>,
        end: Vec<u8>,
    ) -> impl DoubleEndedIterator<Item = Result<sled::IVec, StoreError>> + use<> {
        self.tree.range(start..=end).keys().map(|key| Ok(key?))
    }
}

fn open_unlocked(path: &Path, cache: CacheSize) -> Result<sled::Db, StoreError> {
    for _ in 1..LOCK_TRIES {
        match open_once(path, cache) {
            Err(StoreError::Database(error)) if is_locked(&error) => thread::sleep(LOCK_WAIT),
            result => return result,
        }
    }
    open_once(path, cache)
}

/// sled wraps what the system says of the lock in an error of its own.
pub(super) fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(io) if io.to_string().contains("could not acquire lock"))
}

/// Whether sled has found its files damaged; a log that is cut off ends before its records say.
pub(super) fn is_damage(error: &sled::Error) -> bool {
    match error {
        sled::Error::Corruption { .. } | sled::Error::ReportableBug(_) => true,
        sled::Error::Io(error) => error.kind() == ErrorKind::UnexpectedEof,
        _ => false,
    }
}

fn open_once(path: &Path, cache: CacheSize) -> Result<sled::Db, StoreError> {
    let config = sled::Config::new()
        .path(path)
        .cache_capacity(cache.bytes())
        .flush_every_ms(Some(FLUSH_EVERY_MS));
    match catch_unwind(AssertUnwindSafe(|| config.open())) {
        Ok(Ok(tree)) => Ok(tree),
        Ok(Err(error)) if !is_damage(&error) => Err(error.into()),
        Ok(Err(_)) | Err(_) => Err(StoreError::Corrupt(path.to_owned())),
    }
}

fn set_snapshots_aside(path: &Path) -> Result<usize, StoreError> {
    let mut moved = 0;
    for entry in fs::read_dir(path).map_err(StoreError::io(path))? {
        let entry = entry.map_err(StoreError::io(path))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("snap.") {
            fs::rename(entry.path(), path.join(format!("damaged-{name}")))
                .map_err(StoreError::io(entry.path()))?;
            moved += 1;
        }
    }
    Ok(moved)
}

/// Its presence in the directory says that the database once held something.
const MARKER: &str = "initialized";

/// sled takes a log whose beginning is damaged for an empty one; a marked directory tells the two apart.
pub(super) fn is_marked(path: &Path) -> Result<bool, StoreError> {
    path.join(MARKER).try_exists().map_err(StoreError::io(path))
}

/// Marks a directory whose database holds something.
pub(super) fn mark(path: &Path) -> Result<(), StoreError> {
    let marker = path.join(MARKER);
    File::create(&marker)
        .and_then(|file| file.sync_all())
        .and_then(|()| File::open(path)?.sync_all())
        .map_err(StoreError::io(marker))
}

/// Moves a store's directory out of the way and says where to.
pub(super) fn quarantine(path: &Path) -> Result<PathBuf, StoreError> {
    let taken = |number: &u32| numbered(path, *number).exists();
    let number = (1..u32::MAX).find(|number| !taken(number)).unwrap_or(u32::MAX);
    let aside = numbered(path, number);
    fs::rename(path, &aside).map_err(StoreError::io(path))?;
    Ok(aside)
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".corrupt-{number}"));
    path.with_file_name(name)
}
