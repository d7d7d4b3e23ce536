//! The page of results: what stands between `<!-- model: NAME -->` and `<!-- end -->` is the program's.

use std::{fs, path::Path};

use eyre::{OptionExt, Result, WrapErr, ensure};

/// Writes the sections into the page.
pub(super) fn update(page: &Path, sections: &[(&str, String)]) -> Result<()> {
    let text = filled(page, sections)?;
    fs::write(page, text).wrap_err_with(|| page.display().to_string())
}

/// Fails if the page has other sections.
pub(super) fn check(page: &Path, sections: &[(&str, String)]) -> Result<()> {
    let text = fs::read_to_string(page).wrap_err_with(|| page.display().to_string())?;
    let current = text == filled(page, sections)?;
    ensure!(current, "{} is out of date: run with --update", page.display());
    Ok(())
}

fn filled(page: &Path, sections: &[(&str, String)]) -> Result<String> {
    let mut text = fs::read_to_string(page).wrap_err_with(|| page.display().to_string())?;
    for (name, section) in sections {
        let begin = format!("<!-- model: {name} -->\n");
        let missing = || format!("{} has no section {name}", page.display());
        let (before, rest) = text.split_once(&begin).ok_or_eyre(missing())?;
        let (_, after) = rest.split_once("<!-- end -->").ok_or_eyre(missing())?;
        text = format!("{before}{begin}{section}<!-- end -->{after}");
    }
    Ok(text)
}
