//! The simulated engine against measurements of a real one: the table in the crate's documentation.

use wf_instrument::Nanos;
use wf_instrument::snapshot::{GenerationMetrics, Window};
use wf_plant::{Arrivals, Load, Machine, Plant, Slo};

const SLO: Slo = Slo {
    time_to_first_token: Nanos::from_millis(500),
    inter_token_latency: Nanos::from_millis(25),
    stall: Nanos::from_millis(38),
};

/// Simulates `secs` seconds from idle. Returns the mean of `value` over nine seeds.
fn simulated(
    load: Load,
    at: (u64, u64),
    secs: u64,
    value: impl Fn(&GenerationMetrics) -> f64,
) -> f64 {
    let run = |seed| {
        let mut plant = Plant::new(Machine::M15, load, SLO, at, seed);
        let before = plant.snapshot();
        plant.run_until(Nanos::from_secs(secs));
        value(
            &Window::between(&before, &plant.snapshot())
                .metrics
                .generations[0],
        )
    };
    (0..9).map(run).sum::<f64>() / 9.0
}

const fn closed(clients: usize) -> Load {
    Load {
        arrivals: Arrivals::Closed(clients),
        prompt: 16,
        output: 64,
        shed_after: None,
    }
}

const fn open(rate: f64) -> Load {
    Load {
        arrivals: Arrivals::Open(rate),
        prompt: 64,
        output: 64,
        shed_after: None,
    }
}

fn check(what: &str, measured: f64, simulated: f64) {
    let ratio = simulated / measured;
    assert!(
        (0.7..=1.45).contains(&ratio),
        "{what}: {simulated:.1} simulated, {measured} measured"
    );
}

#[expect(clippy::cast_precision_loss, reason = "small counts and milliseconds")]
fn float(n: u64) -> f64 {
    n as f64
}

fn itl_ms(g: &GenerationMetrics, q: f64) -> f64 {
    float(g.inter_token_latency().quantile(q).expect("tokens came")) / 1e6
}

fn ttft_ms(g: &GenerationMetrics) -> f64 {
    float(g.time_to_first_token().quantile(0.5).expect("tokens came")) / 1e6
}

#[test]
fn throughput_and_itl_depend_on_the_workers() {
    for (workers, tokens, p99) in [(1, 558.0, 35.0), (2, 906.0, 21.0), (16, 863.0, 51.0)] {
        let rate = simulated(closed(16), (16, workers), 10, |g| float(g.tokens) / 10.0);
        check(&format!("tokens/s of {workers} workers"), tokens, rate);
        let itl = simulated(closed(16), (16, workers), 10, |g| itl_ms(g, 0.99));
        check(&format!("p99 ITL of {workers} workers"), p99, itl);
    }
}

#[test]
fn itl_depends_on_the_sequences_and_throughput_does_not() {
    for (clients, tokens, itl) in [
        (1, 476.0, 2.1),
        (4, 719.0, 5.6),
        (16, 713.0, 22.0),
        (64, 707.0, 89.0),
    ] {
        let rate = simulated(closed(clients), (64, 2), 10, |g| float(g.tokens) / 10.0);
        check(&format!("tokens/s of {clients} sequences"), tokens, rate);
        let median = simulated(closed(clients), (64, 2), 10, |g| itl_ms(g, 0.5));
        check(&format!("median ITL of {clients} sequences"), itl, median);
    }
}

/// With a limit of 1 the queue grows without end, so its median depends on the length of the run,
/// which is unknown for the measured one.
#[test]
fn a_low_limit_raises_ttft() {
    let ttft = |limit| simulated(open(8.5), (limit, 2), 7, ttft_ms);
    for limit in [16, 64] {
        check(&format!("TTFT at most {limit}"), 30.0, ttft(limit));
    }
    assert!(ttft(1) > 10.0 * ttft(16), "{} ms at most 1", ttft(1));
}

#[test]
fn a_high_limit_under_overload_lowers_ttft_and_throughput() {
    for (limit, done, ttft) in [(4, 10.8, None), (64, 6.0, Some(26.0))] {
        let rate = simulated(open(16.0), (limit, 2), 7, |g| float(g.outcomes.ok) / 7.0);
        check(&format!("done/s at most {limit}"), done, rate);
        if let Some(ttft) = ttft {
            check(
                &format!("TTFT at most {limit}"),
                ttft,
                simulated(open(16.0), (limit, 2), 7, ttft_ms),
            );
        }
    }
}
