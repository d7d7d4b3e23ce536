//! Files that are written whole or not at all.

use std::{
    fs::Permissions,
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use tempfile::NamedTempFile;

/// What to do about a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// To keep it, and to fail with [`io::ErrorKind::AlreadyExists`].
    Keep,
    /// To replace it.
    Replace,
}

/// Writes a file that everybody may read. It is on the disk when this returns.
///
/// # Errors
/// What the file system says; then the file is as it was.
pub fn write(path: &Path, content: &[u8], existing: Existing) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(directory.unwrap_or_else(|| Path::new(".")))?;
    file.write_all(content)?;
    file.as_file().set_permissions(Permissions::from_mode(0o644))?;
    file.as_file().sync_all()?;
    match existing {
        Existing::Keep => file.persist_noclobber(path)?,
        Existing::Replace => file.persist(path)?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_replaced_only_if_that_is_meant() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("genesis.json");
        write(&path, b"first", Existing::Keep).unwrap();
        let refused = write(&path, b"second", Existing::Keep).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        write(&path, b"second", Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "a leftover");
    }
}
