//! Requests to models, under vLLM's names.

use wf_instrument::snapshot::GenerationMetrics;
use wf_instrument::{BaseUnit, Nanos};

use crate::buckets::{self, Bounds, to_f64};
use crate::column::{Column, pairs};
use crate::descriptor::{Descriptor, LabelKey, Source};
use crate::families::Families;
use crate::family::Family;

pub(super) fn rows() -> impl Iterator<Item = &'static Descriptor> {
    let columns = FIRST_TOKEN.iter().chain(COLUMNS);
    columns
        .map(|column| &column.family)
        .chain([&SUCCESS, &FAILURE])
}

pub(super) fn generations(rows: &[GenerationMetrics], families: &mut Families) {
    if rows.is_empty() {
        return;
    }
    let bounds = first_token_bounds(rows);
    for column in FIRST_TOKEN {
        families.offer(column.fill_at(&bounds, rows, labels));
    }
    for column in COLUMNS {
        families.offer(column.fill(rows, labels));
    }
    outcomes(rows, families);
}

/// vLLM's labels. One process runs one engine.
pub(super) fn labels(row: &GenerationMetrics) -> Vec<(&str, &str)> {
    pairs(&[("engine", "0"), ("model_name", &row.model)], &row.labels)
}

pub(super) const LABELS: [LabelKey; 2] = [
    LabelKey::one_of("engine", &["0"]),
    LabelKey::any("model_name"),
];

/// Adds every declared target to the bounds, so that the share of requests within the target can be
/// queried to within the 1/128 of a recorded bucket. All models share the bounds, because a sum
/// over models by `le` is wrong if one of them lacks a bound.
fn first_token_bounds(rows: &[GenerationMetrics]) -> Bounds {
    let limits = rows.iter().filter_map(|row| row.target);
    buckets::FIRST_TOKEN.with(limits.map(|target| target.limit.get()))
}

fn outcomes(rows: &[GenerationMetrics], families: &mut Families) {
    let mut success = Family::of(&SUCCESS);
    let mut failure = Family::of(&FAILURE);
    for row in rows {
        let ends = row.outcomes;
        // Each request is in one of them.
        let failed = ends.error.saturating_sub(row.rejected);
        for (finished_reason, n) in [
            ("stop", ends.ok.saturating_sub(row.truncated)),
            ("length", row.truncated),
            ("abort", ends.cancelled),
            ("error", failed.saturating_add(ends.panicked)),
        ] {
            let labels = with(row, ("finished_reason", finished_reason));
            success = success.sample(&labels, to_f64(n));
        }
        for (error_type, n) in [
            ("error", failed),
            ("turned_away", row.rejected),
            ("cancelled", ends.cancelled),
            ("panicked", ends.panicked),
        ] {
            failure = failure.sample(&with(row, ("error_type", error_type)), to_f64(n));
        }
    }
    families.offer(success);
    families.offer(failure);
}

fn with<'a>(row: &'a GenerationMetrics, label: (&'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
    let mut labels = labels(row);
    labels.push(label);
    labels
}

const fn counter(name: &'static str, help: &'static str) -> Descriptor {
    Descriptor::counter(Source::Generations, name, help).labels_and_code(&LABELS)
}

const fn gauge(name: &'static str, help: &'static str) -> Descriptor {
    Descriptor::gauge(Source::Generations, name, help).labels_and_code(&LABELS)
}

const fn sizes(name: &'static str, help: &'static str) -> Descriptor {
    Descriptor::histogram(Source::Generations, name, &buckets::COUNT, help).labels_and_code(&LABELS)
}

const fn times(name: &'static str, bounds: &'static Bounds, help: &'static str) -> Descriptor {
    Descriptor::histogram(Source::Generations, name, bounds, help)
        .unit(BaseUnit::Seconds)
        .labels_and_code(&LABELS)
}

static FIRST_TOKEN: &[Column<GenerationMetrics>] = &[
    Column::samples(
        times(
            "wf_time_to_first_token_seconds",
            &buckets::FIRST_TOKEN,
            "Time to first token (TTFT): from the arrival of a request to its first token.",
        ),
        |row| row.time_to_first_token(),
    ),
    Column::samples(
        times(
            "wf_request_cancelled_before_first_token_seconds",
            &buckets::FIRST_TOKEN,
            "Time from the arrival of a request to its cancellation, of requests that were \
             cancelled before their first token.",
        ),
        |row| row.cancelled_before_first_token(),
    ),
];

static COLUMNS: &[Column<GenerationMetrics>] = &[
    Column::samples(
        times(
            "wf_inter_token_latency_seconds",
            &buckets::INTER_TOKEN,
            "Inter-token latency (ITL): time between two tokens of a request. Tokens that arrive \
             together count as one.",
        ),
        |row| row.inter_token_latency(),
    ),
    Column::samples(
        times(
            "wf_time_per_output_token_seconds",
            &buckets::INTER_TOKEN,
            "Same as wf_inter_token_latency_seconds, under vLLM's former name.",
        ),
        |row| row.inter_token_latency(),
    ),
    Column::samples(
        times(
            "wf_request_time_per_output_token_seconds",
            &buckets::INTER_TOKEN,
            "Time per output token (TPOT): mean time per token after the first, of each \
             successful request.",
        ),
        |row| row.time_per_output_token(),
    ),
    Column::samples(
        times(
            "wf_e2e_request_latency_seconds",
            &buckets::REQUEST,
            "End-to-end latency (E2E): from the arrival of a successful request to its end.",
        ),
        |row| row.end_to_end(),
    ),
    Column::samples(
        times(
            "wf_request_queue_time_seconds",
            &buckets::REQUEST,
            "Time from the arrival of a request to its admission.",
        ),
        |row| row.queue(),
    ),
    Column::samples(
        times(
            "wf_request_prefill_time_seconds",
            &buckets::REQUEST,
            "Time from the admission of a request to its first token.",
        ),
        |row| row.prefill(),
    ),
    Column::samples(
        times(
            "wf_request_decode_time_seconds",
            &buckets::REQUEST,
            "Time from the first token of a successful request to its last.",
        ),
        |row| row.decode(),
    ),
    Column::samples(
        sizes(
            "wf_request_prompt_tokens",
            "Tokens of each prompt that was read.",
        ),
        |row| row.prompt_tokens_each(),
    ),
    Column::samples(
        sizes(
            "wf_request_generation_tokens",
            "Tokens generated by each successful request.",
        ),
        |row| row.tokens_each(),
    ),
    Column::number(
        counter(
            "wf_prompt_tokens_total",
            "Tokens of the prompts that were read: of requests that had a first token, or ended ok \
             without one.",
        ),
        |row| to_f64(row.prompt_tokens),
    ),
    Column::number(
        counter("wf_generation_tokens_total", "Tokens generated."),
        |row| to_f64(row.tokens),
    ),
    Column::number(
        gauge(
            "wf_num_requests_running",
            "Requests that were admitted and have not ended.",
        ),
        |row| to_f64(row.running),
    ),
    Column::number(
        gauge(
            "wf_num_requests_waiting",
            "Requests that have arrived and have not been admitted.",
        ),
        |row| to_f64(row.waiting),
    ),
    Column::number(
        gauge(
            "wf_oldest_request_age_seconds",
            "Age of the oldest request that has not ended; 0 if there is none. Grows without end \
             if a request hangs.",
        )
        .unit(BaseUnit::Seconds),
        |row| row.oldest.unwrap_or(Nanos::ZERO).as_secs(),
    ),
];

static SUCCESS: Descriptor = counter(
    "wf_request_success_total",
    "Requests that finished, by reason: stop, length (cut at the maximum number of tokens), abort \
     (cancelled) or error. Rejected requests are only in wf_request_failure_total.",
)
.labels_and_code(&[
    LABELS[0],
    LABELS[1],
    LabelKey::one_of("finished_reason", &["stop", "length", "abort", "error"]),
]);

static FAILURE: Descriptor = counter(
    "wf_request_failure_total",
    "Requests that did not succeed, by cause: error, turned_away (rejected before admission), \
     cancelled or panicked.",
)
.labels_and_code(&[
    LABELS[0],
    LABELS[1],
    LabelKey::one_of(
        "error_type",
        &["error", "turned_away", "cancelled", "panicked"],
    ),
]);
