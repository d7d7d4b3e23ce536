//! Kills daemons at random moments and starts them again.

use std::time::{Duration, Instant};

use crate::stage::daemons::Daemon;

/// A schedule of kills, made from a seed.
pub(crate) struct Chaos {
    left: u32,
    state: u64,
    next: Instant,
}

impl Chaos {
    pub(crate) fn new(kills: u32, seed: u64) -> Self {
        let mut chaos = Self { left: kills, state: seed, next: Instant::now() };
        chaos.schedule();
        chaos
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
            println!("   kill -9 {}", daemon.name());
            daemon.kill()?;
            daemon.start()?;
        }
        self.schedule();
        Ok(())
    }
}
