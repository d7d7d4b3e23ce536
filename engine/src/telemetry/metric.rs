//! A metric as a constant: name, kind, unit, labels and meaning in one place, with as many values as it has labels.

use std::time::Duration;

use metrics::SharedString;

/// What kind of metric it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, from 0 at every start.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How often which sizes were seen.
    Histogram,
}

impl Kind {
    /// Its name in Prometheus.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// What a value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// The number of a block.
    BlockNumber,
    /// How many blocks.
    Blocks,
    /// Seconds.
    Seconds,
    /// Seconds since 1970.
    UnixTime,
    /// Bytes.
    Bytes,
    /// Gas.
    Gas,
    /// Gwei, whole.
    Gwei,
    /// ETH. A value is a 64-bit float: exact to 1e-15 of itself, so a balance of 100 ETH to about 14 wei x 1000.
    Ether,
    /// 1 for yes, 0 for no.
    Flag,
}

impl Unit {
    /// As the documentation has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "",
            Self::BlockNumber => "block number",
            Self::Blocks => "blocks",
            Self::Seconds => "seconds",
            Self::UnixTime => "unix time",
            Self::Bytes => "bytes",
            Self::Gas => "gas",
            Self::Gwei => "gwei",
            Self::Ether => "ETH",
            Self::Flag => "0 or 1",
        }
    }

    /// Upper bounds of the buckets of a histogram.
    pub(super) const fn buckets(self) -> &'static [f64] {
        match self {
            Self::Seconds => &[
                0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 12.0, 30.0, 60.0, 180.0, 600.0,
            ],
            Self::Bytes => &[256.0, 1_024.0, 4_096.0, 16_384.0, 32_768.0, 65_536.0, 131_072.0],
            _ => &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0],
        }
    }
}

/// A label of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// All values that it can have; empty when only running tells.
    pub values: &'static [&'static str],
}

/// Everything about a metric but its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name in Prometheus.
    pub name: &'static str,
    /// What kind it is.
    pub kind: Kind,
    /// What its values count.
    pub unit: Unit,
    /// Its labels.
    pub labels: &'static [Label],
    /// What it means.
    pub help: &'static str,
}

macro_rules! kind {
    ($(#[$doc:meta])* $kind:ident, $register:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $kind<const LABELS: usize>(Description);

        impl<const LABELS: usize> $kind<LABELS> {
            pub(super) const fn new(
                name: &'static str,
                unit: Unit,
                labels: &'static [Label; LABELS],
                help: &'static str,
            ) -> Self {
                Self(Description { name, kind: Kind::$kind, unit, labels, help })
            }

            /// What is known of it.
            #[must_use]
            pub const fn description(&self) -> Description {
                self.0
            }

            /// The series with these values of its labels.
            pub fn with<V: Into<SharedString>>(&self, values: [V; LABELS]) -> metrics::$kind {
                let names = self.0.labels.iter();
                let labels = names.zip(values).map(|(label, value)| metrics::Label::new(label.name, value));
                metrics::$register!(self.0.name, labels.collect::<Vec<_>>())
            }
        }
    };
}

kind!(
    /// A metric that only grows.
    Counter,
    counter
);
kind!(
    /// A metric that goes up and down.
    Gauge,
    gauge
);
kind!(
    /// A metric of how often which sizes were seen.
    Histogram,
    histogram
);

impl Counter<0> {
    /// Counts `more`.
    pub fn add(&self, more: u64) {
        self.with::<&str>([]).increment(more);
    }
}

impl Gauge<0> {
    /// Is `value` from now on.
    pub fn set(&self, value: impl metrics::IntoF64) {
        self.with::<&str>([]).set(value);
    }
}

impl Histogram<0> {
    /// Saw `value`.
    pub fn record(&self, value: impl metrics::IntoF64) {
        self.with::<&str>([]).record(value);
    }

    /// Saw something take this long.
    pub fn took(&self, time: Duration) {
        self.record(time);
    }
}
