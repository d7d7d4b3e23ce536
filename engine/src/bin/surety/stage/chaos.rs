//! Kills daemons at random moments and starts them again.

use std::time::{Duration, Instant};

use clap::Args;

use super::daemons::Daemon;

/// How much is killed, and when.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ChaosArguments {
    /// How many times a daemon is killed (SIGKILL) at a random moment and started again.
    #[arg(long, default_value_t = 0)]
    pub(crate) kills: u32,
    /// Chooses the moments.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// A schedule of kills, made from a seed.
pub(crate) struct Chaos {
    made: u32,
    left: u32,
    state: u64,
    next: Instant,
}

impl Chaos {
    pub(crate) fn new(ChaosArguments { kills, seed }: ChaosArguments) -> Self {
        let mut chaos = Self { made: 0, left: kills, state: seed, next: Instant::now() };
        chaos.schedule();
        chaos
    }

    /// How many times a daemon was killed so far.
    pub(crate) const fn made(&self) -> u32 {
        self.made
    }

    /// splitmix64
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn schedule(&mut self) {
        let wait = 50 + self.random() % 2_500;
        self.next = Instant::now() + Duration::from_millis(wait);
    }

    /// Kills and restarts one of `daemons`, if it is time to.
    pub(crate) fn strike(&mut self, daemons: &mut [&mut Daemon]) -> eyre::Result<()> {
        if self.left == 0 || Instant::now() < self.next {
            return Ok(());
        }
        self.left -= 1;
        let count = u64::try_from(daemons.len())?;
        let chosen = usize::try_from(self.random() % count.max(1))?;
        if let Some(daemon) = daemons.get_mut(chosen) {
            self.made += 1;
            eprintln!("   kill -9 {}", daemon.name());
            daemon.kill()?;
            daemon.start()?;
        }
        self.schedule();
        Ok(())
    }
}
