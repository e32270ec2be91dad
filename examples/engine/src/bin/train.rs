//! Trains the model that ships in `examples/engine/models/tiny`, and writes down how it went.
//!
//! `cargo run --release --package wf-engine --bin train -- --out examples/engine/models/tiny`

use std::{
    error::Error,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};

use clap::Parser;
use sha2::{Digest, Sha256};
use wf_engine::model::{
    Model,
    corpus::Corpus,
    exam, threads,
    train::{Plan, Trainer},
};

/// Train the tiny model on generated text.
#[derive(Parser)]
struct Options {
    /// Checkpoint directory: its config.json and tokenizers stay, its weights and README are new
    #[arg(long)]
    out: PathBuf,
    /// Of the initial weights and of the text
    #[arg(long, default_value_t = Plan::shipped().seed)]
    seed: u64,
    /// Updates of the weights
    #[arg(long, default_value_t = Plan::shipped().steps)]
    steps: u32,
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even that cannot be said, there is nobody to say it to.
            let _ = writeln!(io::stderr(), "train: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(Options { out, seed, steps }: Options) -> Result<(), Box<dyn Error>> {
    prepared(&out)?;
    threads::single_keeping_memory()?;
    let plan = Plan {
        seed,
        steps,
        ..Plan::shipped()
    };
    let start = Instant::now();
    let (weights, loss) = train(plan)?;
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    fs::write(out.join("model.safetensors"), &weights)?;
    let exam = examine(&out)?;
    let readme = readme(
        &plan,
        &Outcome {
            loss,
            minutes,
            exam,
            sha256: sha256(&weights),
        },
    );
    fs::write(out.join("README.md"), readme)?;
    Ok(())
}

/// Says before minutes of training what would be missing after them.
fn prepared(out: &Path) -> Result<(), String> {
    let missing = ["config.json", "tokenizer.json", "tokenizer_config.json"]
        .into_iter()
        .find(|file| !out.join(file).is_file());
    match missing {
        None => Ok(()),
        Some(file) => Err(format!(
            "{} has no {file}: copy it from examples/engine/models/tiny",
            out.display()
        )),
    }
}

/// The weights file, and the mean loss of the last steps.
fn train(plan: Plan) -> Result<(Vec<u8>, f32), Box<dyn Error>> {
    let mut out = io::stdout();
    let mut trainer = Trainer::new(plan)?;
    let mut smooth = None;
    while trainer.steps_done() < plan.steps {
        let loss = trainer.step()?;
        let smoothed = smooth.map_or(loss, |before: f32| 0.95 * before + 0.05 * loss);
        smooth = Some(smoothed);
        if trainer.steps_done().is_multiple_of(50) {
            writeln!(
                out,
                "step {} of {}: loss {smoothed:.3}",
                trainer.steps_done(),
                plan.steps
            )?;
        }
    }
    Ok((trainer.save()?, smooth.unwrap_or(f32::NAN)))
}

/// Asks every held-out question, shows the wrong answers, and returns the score as text.
fn examine(directory: &Path) -> Result<String, Box<dyn Error>> {
    let model = Arc::new(Model::load(directory)?);
    let questions = Corpus::held_out();
    let mistakes = exam::mistakes(&model, &questions)?;
    for (exchange, given) in &mistakes {
        writeln!(
            io::stdout(),
            "{} {given} (not: {})",
            exchange.question,
            exchange.answer
        )?;
    }
    let score = format!(
        "{} of {}",
        questions.len() - mistakes.len(),
        questions.len()
    );
    writeln!(
        io::stdout(),
        "{score} held-out questions answered word for word"
    )?;
    Ok(score)
}

struct Outcome {
    loss: f32,
    minutes: f64,
    exam: String,
    sha256: String,
}

fn readme(plan: &Plan, outcome: &Outcome) -> String {
    let Plan {
        seed,
        steps,
        sequences,
        threads,
        rate,
        ..
    } = plan;
    let Outcome {
        loss,
        minutes,
        exam,
        sha256,
    } = outcome;
    format!(
        "# The tiny model\n\n\
         A byte-level Llama of 0.82 M parameters, in half precision. It answers short questions \
         about a small world: countries, small numbers, the calendar, nature, and how language \
         models are served. Everything it learned was written by `examples/engine/src/model/corpus`.\n\n\
         This file and `model.safetensors` were written by\n\n\
         ```\n\
         cargo run --release --package wf-engine --bin train -- --out examples/engine/models/tiny \
         --seed {seed} --steps {steps}\n\
         ```\n\n\
         | | |\n|---|---|\n\
         | batch | {sequences} sequences of 256 bytes on each of {threads} threads |\n\
         | optimiser | AdamW, learning rate {rate} with warm-up and cosine |\n\
         | last loss | {loss:.4} nats a byte of the answers |\n\
         | held-out questions answered word for word, greedily | {exam} |\n\
         | duration | {minutes:.1} minutes on two cores of an x86-64 |\n\
         | SHA-256 of `model.safetensors` | `{sha256}` |\n\n\
         A held-out question is a known fact asked in a way that training never used for it. The \
         same command gives the same bits again on the same kind of CPU; other vector instructions round \
         differently, so elsewhere the hash differs.\n"
    )
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
