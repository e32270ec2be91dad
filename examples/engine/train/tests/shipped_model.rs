//! The shipped model: the README describes it, and it answers the questions of its training.

use std::{fs, path::Path, sync::Arc};

use sha2::{Digest, Sha256};
use wf_engine::{load::QUESTIONS, model::Model};
use wf_train::{corpus::Corpus, exam};

#[test]
fn the_shipped_model_answers_closed_questions() {
    let model = Arc::new(Model::tiny().unwrap());
    let questions = Corpus::held_out();
    assert!(questions.len() >= 100, "{}", questions.len());
    let mistakes = exam::mistakes(&model, &questions).unwrap();
    let right = questions.len() - mistakes.len();
    assert!(
        right * 100 >= questions.len() * 95,
        "{right} right, mistakes: {mistakes:#?}"
    );
}

#[test]
fn the_last_question_of_a_conversation_is_answered_correctly() {
    let model = Arc::new(Model::tiny().unwrap());
    let talk = [
        ("user", "What is the capital of Norway?"),
        ("assistant", "The capital of Norway is Oslo."),
        ("user", "What is 7 plus 5?"),
    ];
    assert_eq!(exam::reply(&model, &talk, 40).unwrap(), "7 plus 5 is 12.");
}

#[test]
fn the_questions_of_the_load_generator_are_answered_correctly() {
    let model = Arc::new(Model::tiny().unwrap());
    let answers = QUESTIONS.map(|question| exam::reply(&model, &[("user", question)], 80).unwrap());
    assert_eq!(
        answers,
        [
            "The capital of France is Paris.",
            "The capital of Italy is Rome.",
            "The capital of Spain is Madrid.",
            "The capital of Japan is Tokyo.",
            "The capital of Egypt is Cairo.",
            "The capital of Norway is Oslo.",
            "The capital of Greece is Athens.",
            "The capital of Peru is Lima.",
            "2 plus 3 is 5.",
            "7 plus 5 is 12.",
            "The colour of the sky is blue.",
            "A cat says meow.",
        ]
    );
}

#[test]
fn the_readme_states_the_hash_of_the_weights() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/tiny");
    let weights = fs::read(directory.join("model.safetensors")).unwrap();
    let hash: String = Sha256::digest(&weights)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let readme = fs::read_to_string(directory.join("README.md")).unwrap();
    assert!(readme.contains(&hash), "README.md does not state {hash}");
    assert!(weights.len() <= 2 * 1024 * 1024, "{}", weights.len());
}
