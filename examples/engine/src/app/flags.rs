//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use wf_port::{Address, HostName};

use super::error::AppError;
use crate::engine::{MAX_CONCURRENT, Settings, WORKERS};
use crate::load::Targets;
use crate::measure::Options;

/// Serve a language model, send load to it, and show how the governor tunes it
#[derive(Clone, Debug, Parser)]
#[command(name = "wf-engine", version)]
pub struct Flags {
    /// Stop after this time (30s, 5m); without it, run until Ctrl-C
    #[arg(long, value_parser = duration, value_name = "TIME")]
    pub duration: Option<Duration>,

    /// Exclude requests that arrive in this first part of the run from goodput and client latencies
    #[arg(long, value_parser = duration, value_name = "TIME")]
    pub warm_up: Option<Duration>,

    /// Write the summary to this file as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Print the initial settings for this hardware, and exit
    #[arg(long)]
    pub profile: bool,

    /// Advisory mode: the governor reports what it would do and moves no knob
    #[arg(long, alias = "no-governor")]
    pub advisory: bool,

    /// Requests per second of the built-in load (open loop, Poisson arrivals)
    #[arg(long, value_parser = rate, default_value = "20", value_name = "PER_SECOND")]
    pub rate: f64,

    /// Send no load, only serve
    #[arg(long)]
    pub no_load: bool,

    /// Concurrent sequences, initial value (1-64)
    #[arg(
        long,
        value_parser = concurrent,
        default_value_t = Settings::default().max_concurrent,
        value_name = "N"
    )]
    pub max_concurrent: usize,

    /// Worker threads, initial value (1-16)
    #[arg(
        long,
        value_parser = workers,
        default_value_t = Settings::default().workers,
        value_name = "N"
    )]
    pub workers: usize,

    /// Reject a request that has waited this long in the queue [default: 3/5 of --ttft-target]
    #[arg(long, value_parser = duration, value_name = "TIME")]
    pub max_wait: Option<Duration>,

    /// Directory of a checkpoint in Hugging Face layout, instead of a built-in model
    #[arg(long, value_name = "DIR", conflicts_with = "variant")]
    pub model: Option<PathBuf>,

    /// Built-in model
    #[arg(long, value_enum, default_value_t = Variant::Tiny)]
    pub variant: Variant,

    /// Address and port of the OpenAI-compatible API
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub serve: Address,

    /// Address and port of the Prometheus endpoint
    #[arg(long, default_value = "127.0.0.1:9464", value_name = "ADDR")]
    pub metrics: Address,

    /// Accept requests whose Host header is this name, besides localhost, loopback addresses and
    /// the bound address or name (may be repeated)
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<HostName>,

    /// Seed of the load, and of the random weights of m15
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,

    /// Clients cancel a request after this long without a token
    #[arg(long, alias = "patience", value_parser = duration, value_name = "TIME")]
    pub client_timeout: Option<Duration>,

    /// Target for the time to first token (TTFT): for goodput and the governor
    #[arg(long, value_parser = duration, default_value = "500ms", value_name = "TIME")]
    pub ttft_target: Duration,

    /// Target for the mean inter-token latency (ITL): for goodput and the governor
    #[arg(
        long,
        alias = "gap-target",
        value_parser = duration,
        default_value = "20ms",
        value_name = "TIME"
    )]
    pub itl_target: Duration,
}

/// A built-in model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Variant {
    /// 0.8 M trained parameters: short correct answers, thousands of tokens per second
    Tiny,
    /// 14 M random weights: meaningless text, realistic load
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

    /// Rejects early: prefill needs the rest of the TTFT target.
    fn max_wait(&self) -> Duration {
        self.max_wait.unwrap_or(self.ttft_target * 3 / 5)
    }

    /// Length of the warm-up.
    ///
    /// # Errors
    /// When the warm-up is as long as the run.
    pub fn warm_up(&self) -> Result<Duration, AppError> {
        let warm_up = self.warm_up.unwrap_or(Duration::ZERO);
        match self.duration {
            Some(duration) if warm_up >= duration => Err(AppError::WarmUp { warm_up, duration }),
            _ => Ok(warm_up),
        }
    }

    /// Settings of sensors, governor and exporter.
    #[must_use]
    pub fn instruments(&self) -> Options {
        Options {
            metrics: self.metrics.clone(),
            allow_host: self.allow_host.clone(),
            ttft_target: self.ttft_target,
            itl_target: self.itl_target,
            advisory: self.advisory,
        }
    }

    /// Latency targets that a request must meet to count as goodput.
    #[must_use]
    pub const fn targets(&self) -> Targets {
        Targets {
            ttft: self.ttft_target,
            itl: self.itl_target,
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
    let valid = number.filter(|number| (low..=high).contains(number));
    valid.ok_or_else(|| format!("give a whole number from {low} to {high}"))
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    let valid = number.filter(|rate| (0.001..=100_000.0).contains(rate));
    valid.ok_or_else(|| "give a number from 0.001 to 100000; for no load, use --no-load".to_owned())
}

/// Parses a number with its unit: `250ms`, `30s`, `1.5s`, `5m`, `1h`.
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
    fn durations_have_units() {
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
    fn invalid_durations_are_refused() {
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

    #[test]
    fn advisory_mode_also_has_its_old_name() {
        for flag in ["--advisory", "--no-governor"] {
            let flags = Flags::try_parse_from(["wf-engine", flag]);
            assert_eq!(flags.map(|flags| flags.advisory).ok(), Some(true), "{flag}");
        }
    }
}
