//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use wf_port::{Address, HostName};

use super::error::AppError;
use crate::engine::{MAX_CONCURRENT, Settings, WORKERS};
use crate::load::Targets;
use crate::measure::Options;

/// A language model that serves itself, loads itself and shows how it is governed.
#[derive(Clone, Debug, Parser)]
#[command(name = "wf-engine", version)]
pub struct Flags {
    /// End after this time (30s, 5m); without it, run until Ctrl-C
    #[arg(long, value_parser = duration, value_name = "TIME")]
    pub duration: Option<Duration>,

    /// Requests of this first part of the run are served and counted, but are not included in goodput and the clients' times
    #[arg(long, value_parser = duration, value_name = "TIME")]
    pub warm_up: Option<Duration>,

    /// Write the summary to this file as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Print the starting configuration for this machine, with reasons, and exit
    #[arg(long)]
    pub profile: bool,

    /// Leave the knobs where they are; the governor then only reports what it would do
    #[arg(long)]
    pub no_governor: bool,

    /// Requests a second that the built-in load sends
    #[arg(long, value_parser = rate, default_value = "20", value_name = "PER_SECOND")]
    pub rate: f64,

    /// Send no load; only serve
    #[arg(long)]
    pub no_load: bool,

    /// Sequences processed at once, initial value (1-64)
    #[arg(long, value_parser = concurrent, default_value_t = Settings::default().max_concurrent, value_name = "N")]
    pub max_concurrent: usize,

    /// Threads that compute, initial value (1-16)
    #[arg(long, value_parser = workers, default_value_t = Settings::default().workers, value_name = "N")]
    pub workers: usize,

    /// Longest queue time before a request is rejected; without it, 3/5 of the target for the first token
    #[arg(long, value_parser = duration, value_name = "TIME")]
    pub max_wait: Option<Duration>,

    /// A checkpoint in the layout of the Hugging Face hub, instead of a built-in model
    #[arg(long, value_name = "DIR", conflicts_with = "variant")]
    pub model: Option<PathBuf>,

    /// Which built-in model
    #[arg(long, value_enum, default_value_t = Variant::Tiny)]
    pub variant: Variant,

    /// Where to serve OpenAI's interface: an address or a name, and a port
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub serve: Address,

    /// Where to be scraped by Prometheus
    #[arg(long, default_value = "127.0.0.1:9464", value_name = "ADDR")]
    pub metrics: Address,

    /// Answer requests whose Host header names this host too, besides localhost, loopback addresses
    /// and the address or name served on (may be given several times)
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<HostName>,

    /// Seed of the load, and of random weights
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,

    /// Clients leave after a silence this long
    #[arg(long, value_parser = duration, value_name = "TIME")]
    pub patience: Option<Duration>,

    /// A good request has its first token within this time
    #[arg(long, value_parser = duration, default_value = "500ms", value_name = "TIME")]
    pub ttft_target: Duration,

    /// A good request has no more than this between tokens, on average
    #[arg(long, value_parser = duration, default_value = "20ms", value_name = "TIME")]
    pub gap_target: Duration,
}

/// A built-in model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Variant {
    /// 0.8 M parameters, trained: short true answers, thousands of tokens a second
    Tiny,
    /// 14 M random weights: the text is meaningless, the load is realistic
    M15,
}

impl Flags {
    /// Initial settings of the engine.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            workers: self.workers,
            max_concurrent: self.max_concurrent,
            max_wait: self.max_wait(),
            ..Settings::default()
        }
    }

    /// Whom nobody can serve in time had better hear so at once: the rest of the target is for reading the prompt.
    fn max_wait(&self) -> Duration {
        self.max_wait.unwrap_or(self.ttft_target * 3 / 5)
    }

    /// How long to warm up.
    ///
    /// # Errors
    /// When nothing of the run would be left.
    pub fn warm_up(&self) -> Result<Duration, AppError> {
        let warm_up = self.warm_up.unwrap_or(Duration::ZERO);
        match self.duration {
            Some(duration) if warm_up >= duration => Err(AppError::WarmUp { warm_up, duration }),
            _ => Ok(warm_up),
        }
    }

    /// What is exported where, and what the governor aims at.
    #[must_use]
    pub fn instruments(&self) -> Options {
        Options {
            metrics: self.metrics.clone(),
            allow_host: self.allow_host.clone(),
            ttft_target: self.ttft_target,
            itl_target: self.gap_target,
            advisory: self.no_governor,
        }
    }

    /// What a good request keeps.
    #[must_use]
    pub const fn targets(&self) -> Targets {
        Targets {
            ttft: self.ttft_target,
            gap: self.gap_target,
        }
    }
}

fn workers(text: &str) -> Result<usize, String> {
    within(text, *WORKERS.start(), *WORKERS.end())
}

fn concurrent(text: &str) -> Result<usize, String> {
    within(text, *MAX_CONCURRENT.start(), *MAX_CONCURRENT.end())
}

fn within(text: &str, low: usize, high: usize) -> Result<usize, String> {
    let number = text.parse().ok();
    let fits = number.filter(|number| (low..=high).contains(number));
    fits.ok_or_else(|| format!("give a whole number from {low} to {high}"))
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    let fits = number.filter(|rate| (0.001..=100_000.0).contains(rate));
    fits.ok_or_else(|| {
        "give a number from 0.001 to 100000; for no load at all, --no-load".to_owned()
    })
}

/// A number and its unit: `250ms`, `30s`, `1.5s`, `5m`, `1h`.
fn duration(text: &str) -> Result<Duration, String> {
    let units = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let seconds = units.iter().find_map(|(unit, seconds)| {
        let number = text.strip_suffix(unit)?.parse::<f64>().ok()?;
        Some(number * seconds)
    });
    let positive = seconds.filter(|seconds| (0.001..=1e7).contains(seconds));
    let time = positive.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.ok_or_else(|| {
        "give a time of at least 1ms with its unit, such as 250ms, 30s or 5m".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        let check = |text: &str, millis| {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        };
        check("250ms", 250);
        check("30s", 30_000);
        check("1.5s", 1_500);
        check("5m", 300_000);
        check("1h", 3_600_000);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "", "30", "s", "-1s", "0s", "NaNs", "infs", "1e30s", "5 m", "1d",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for text in ["0", "17", "-1", "2.5", "many"] {
            assert!(workers(text).is_err(), "{text}");
        }
        for text in ["0", "-3", "NaN", "inf", "fast"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_defaults_are_valid() {
        let flags = Flags::try_parse_from(["wf-engine"]);
        assert_eq!(flags.map(|flags| flags.rate).ok(), Some(20.0));
    }
}
