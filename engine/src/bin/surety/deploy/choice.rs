//! What a deployer chooses: a preset, overridden by a file, overridden by flags.

use std::path::{Path, PathBuf};

use alloy::primitives::U256;
use clap::{Args, ValueEnum};
use eyre::WrapErr as _;
use serde::{Deserialize, Serialize};
use surety_engine::{
    deploy::GAS_PRICE_CAP,
    rules::{
        limits::Limits,
        parameters::{BondSizes, Clocks, LONGEST_LINE_GAS, Parameters},
    },
};

use super::caution;
use crate::terminal::units::{Ether, Gwei, L1_BLOCK_SECONDS, seconds};

/// Parameters to start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Preset {
    /// A dispute may be censored for three and a half days.
    #[default]
    Mainnet,
    /// A dispute ends in minutes. Not for money.
    Development,
}

/// What is chosen otherwise than in the preset.
#[derive(Clone, Debug, Default, Deserialize, Args)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Overrides {
    /// Parameters to start from: mainnet if left out.
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// C: L1 blocks that L1 may censor the honest side for, in total.
    #[arg(long, value_name = "BLOCKS")]
    censorship: Option<u64>,
    /// G: L1 blocks that each response has for free; at least 2.
    #[arg(long, value_name = "BLOCKS")]
    grace: Option<u64>,
    /// T: L1 blocks to trace a disputed slot in.
    #[arg(long, value_name = "BLOCKS")]
    build: Option<u64>,
    /// Most that a move's gas is refunded at, gwei; with it grow the bonds.
    #[arg(long, value_name = "GWEI")]
    gas_price_cap: Option<Gwei>,
    /// D: what delaying finality must cost, ETH: the root bond is at least that.
    #[arg(long, value_name = "ETH")]
    delay: Option<Ether>,
    /// Least fee of an append, ETH.
    #[arg(long, value_name = "ETH")]
    append_fee_floor: Option<Ether>,
    /// L1 time, seconds, from which nothing is appended; 0: never.
    #[arg(long, value_name = "TIME")]
    sunset: Option<u64>,
}

/// Which parameters.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Choice {
    /// A file (TOML) with parameters, named as the flags with underscores.
    #[arg(long, value_name = "FILE")]
    parameters: Option<PathBuf>,
    #[command(flatten)]
    overrides: Overrides,
}

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) preset: Preset,
    pub(crate) parameters: Parameters,
    pub(crate) gas_price_cap: U256,
    pub(crate) sunset: u64,
}

impl Overrides {
    /// These, and where they say nothing, `below`.
    fn over(self, below: Self) -> Self {
        Self {
            preset: self.preset.or(below.preset),
            censorship: self.censorship.or(below.censorship),
            grace: self.grace.or(below.grace),
            build: self.build.or(below.build),
            gas_price_cap: self.gas_price_cap.or(below.gas_price_cap),
            delay: self.delay.or(below.delay),
            append_fee_floor: self.append_fee_floor.or(below.append_fee_floor),
            sunset: self.sunset.or(below.sunset),
        }
    }
}

impl Choice {
    /// What it comes to, checked as the contracts' constructors will check it.
    pub(crate) fn settle(&self) -> eyre::Result<Chosen> {
        let file = match &self.parameters {
            Some(path) => read(path)?,
            None => Overrides::default(),
        };
        let chosen = self.overrides.clone().over(file);
        let preset = chosen.preset.unwrap_or_default();
        let base = match preset {
            Preset::Mainnet => Parameters::mainnet()?,
            Preset::Development => Parameters::development()?,
        };
        let (clocks, bonds) = (base.clocks(), base.bonds());
        let gas_price_cap = chosen.gas_price_cap.map_or(U256::from(GAS_PRICE_CAP), |cap| cap.0);
        let clocks = Clocks {
            censorship: chosen.censorship.unwrap_or(clocks.censorship),
            grace: chosen.grace.unwrap_or(clocks.grace),
            build: chosen.build.unwrap_or(clocks.build),
        };
        let bonds = BondSizes {
            honest_line: gas_price_cap.saturating_mul(U256::from(LONGEST_LINE_GAS)),
            delay: chosen.delay.map_or(bonds.delay, |delay| delay.0),
            append_fee_floor: chosen.append_fee_floor.map_or(bonds.append_fee_floor, |fee| fee.0),
        };
        let parameters = Parameters::new(Limits::SURETY, clocks, bonds, base.heights())?;
        let sunset = chosen.sunset.unwrap_or_default();
        Ok(Chosen { preset, parameters, gas_price_cap, sunset })
    }
}

fn read(path: &Path) -> eyre::Result<Overrides> {
    let text = std::fs::read_to_string(path).wrap_err_with(|| path.display().to_string())?;
    toml::from_str(&text).wrap_err_with(|| path.display().to_string())
}

impl Chosen {
    /// What may be meant, but is dangerous where money is.
    pub(crate) fn warnings(&self, l1_time: u64) -> Vec<String> {
        let clocks = self.parameters.clocks();
        let mut warnings = caution::of(clocks.censorship, self.parameters.bonds().root());
        let delay = 2 * clocks.budget() * L1_BLOCK_SECONDS;
        match self.sunset {
            0 => warnings.push(
                "no sunset: an L1 fork that changes a precompile would make disputes about it undecidable"
                    .to_owned(),
            ),
            sunset if sunset <= l1_time.saturating_add(delay) => warnings.push(format!(
                "the sunset is in {}: one disputed claim alone can take {}",
                seconds(sunset.saturating_sub(l1_time)),
                seconds(delay)
            )),
            _ => {}
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn settle(overrides: Overrides, file: Option<&str>) -> eyre::Result<Chosen> {
        let directory = tempfile::tempdir().unwrap();
        let parameters = file.map(|text| {
            let path = directory.path().join("parameters.toml");
            std::fs::write(&path, text).unwrap();
            path
        });
        Choice { parameters, overrides }.settle()
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_preset() {
        let file = "preset = \"development\"\ngrace = 7\nbuild = 50\ngas_price_cap = \"20\"\n";
        let flags = Overrides { grace: Some(9), ..Overrides::default() };
        let chosen = settle(flags, Some(file)).unwrap();
        assert_eq!(chosen.preset, Preset::Development);
        let expected = Clocks { censorship: 60, grace: 9, build: 50 };
        assert_eq!(chosen.parameters.clocks(), expected);
        assert_eq!(chosen.gas_price_cap, U256::from(20_000_000_000_u64));
        // three times 13.5M gas at 20 gwei is below the floor
        assert_eq!(chosen.parameters.bonds().root(), U256::from(10_u64.pow(18)));
    }

    #[test]
    fn the_default_is_mainnets_and_only_a_sunset_is_asked_for() {
        let chosen = settle(Overrides::default(), None).unwrap();
        assert_eq!(chosen.parameters, Parameters::mainnet().unwrap());
        assert_eq!(chosen.warnings(0).len(), 1);
        let late = Overrides { sunset: Some(1_000_000_000), ..Overrides::default() };
        assert!(settle(late, None).unwrap().warnings(0).is_empty());
        let development = Overrides { preset: Some(Preset::Development), ..Overrides::default() };
        assert_eq!(settle(development, None).unwrap().warnings(0).len(), 2);
    }

    #[test]
    fn what_the_constructors_refuse_is_refused_here() {
        let unsafe_grace = Overrides { grace: Some(1), ..Overrides::default() };
        assert!(settle(unsafe_grace, None).unwrap_err().to_string().contains("at least 2"));
        assert!(settle(Overrides::default(), Some("grave = 3\n")).is_err());
    }
}
