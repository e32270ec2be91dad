use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use wf_govern::gate::Rejected;

use super::{Engine, EngineError, Finish, Request, Settings, Token};
use crate::model::Model;

const QUESTION: &str = "Q: What is the capital of France?\nA: ";

fn engine(settings: Settings) -> Engine {
    let model = Model::tiny().expect("the shipped model loads");
    Engine::start(Arc::new(model), settings).expect("threads start")
}

fn question(engine: &Engine, max_tokens: usize) -> Request {
    Request::new(engine.model(), QUESTION, max_tokens).expect("the text is encodable")
}

async fn generate(engine: &Engine, request: Request) -> Result<(String, u64, Finish), EngineError> {
    let tokens = engine.complete(request).await?.collect::<Vec<_>>().await;
    let tokens = tokens.into_iter().collect::<Result<Vec<Token>, _>>()?;
    let text = tokens.iter().map(|token| token.text.as_str()).collect();
    let count = tokens.iter().map(|token| token.count).sum();
    let finish = tokens.last().and_then(|token| token.finish);
    Ok((text, count, finish.expect("the last token says why")))
}

#[tokio::test]
async fn a_generation_has_max_tokens_and_returns_its_permit() {
    let engine = engine(Settings::default());
    let (_, count, finish) = generate(&engine, question(&engine, 3)).await.unwrap();
    assert_eq!((count, finish), (3, Finish::Length));
    idle(&engine).await;
}

#[tokio::test]
async fn a_stop_string_ends_the_generation_and_is_not_sent() {
    let engine = engine(Settings::default());
    let (whole, _, _) = generate(&engine, question(&engine, 20)).await.unwrap();
    let mut request = question(&engine, 20);
    request.stop = vec![whole[6..10].to_owned()];
    let (text, _, finish) = generate(&engine, request).await.unwrap();
    let before = whole.find(&whole[6..10]).map(|at| &whole[..at]);
    assert_eq!((Some(text.as_str()), finish), (before, Finish::Stop));
}

#[tokio::test]
async fn a_request_beyond_the_context_is_refused_with_the_numbers() {
    let engine = engine(Settings::default());
    let error = generate(&engine, question(&engine, 10_000))
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        EngineError::TooLong {
            max_tokens: 10_000,
            context: 256,
            ..
        }
    ));
    let error = generate(&engine, question(&engine, 0)).await.unwrap_err();
    assert!(matches!(error, EngineError::NoTokensRequested));
}

#[tokio::test]
async fn a_client_that_cancels_frees_its_sequence() {
    let engine = engine(Settings::default());
    let mut tokens = Box::pin(engine.complete(question(&engine, 200)).await.unwrap());
    tokens.next().await.expect("a first token").unwrap();
    assert_eq!(engine.running(), 1);
    drop(tokens);
    idle(&engine).await;
}

#[tokio::test]
async fn a_request_beyond_the_queue_or_its_time_is_rejected() {
    let settings = Settings {
        max_concurrent: 1,
        queue: 1,
        max_wait: Duration::from_millis(20),
        ..Settings::default()
    };
    let engine = engine(settings);
    let permit = engine.gate.admit().await.unwrap();
    let (first, second) = tokio::join!(
        generate(&engine, question(&engine, 1)),
        generate(&engine, question(&engine, 1))
    );
    assert!(matches!(
        first,
        Err(EngineError::Rejected(Rejected::DeadlineExceeded { .. }))
    ));
    assert!(matches!(
        second,
        Err(EngineError::Rejected(Rejected::QueueFull {
            queue_depth: 1,
            ..
        }))
    ));
    drop(permit);
    idle(&engine).await;
}

#[tokio::test]
async fn moving_both_knobs_while_requests_run_changes_no_output() {
    let settings = Settings {
        max_wait: Duration::MAX,
        ..Settings::default()
    };
    let engine = engine(settings);
    let expected = generate(&engine, question(&engine, 40)).await.unwrap();
    let moves = async {
        for step in 0..200 {
            engine.set_workers(1 + step % 5);
            engine.set_max_concurrent(1 + step % 9);
            tokio::task::yield_now().await;
        }
        engine.set_workers(1);
    };
    let requests = (0..40).map(|_| generate(&engine, question(&engine, 40)));
    let (answers, ()) = tokio::join!(join_all(requests), moves);
    assert!(
        answers
            .into_iter()
            .all(|answer| answer.unwrap() == expected)
    );
    idle(&engine).await;
}

#[tokio::test]
async fn the_knobs_stay_within_their_ranges() {
    let engine = engine(Settings::default());
    engine.set_workers(0);
    engine.set_max_concurrent(1_000);
    assert_eq!((engine.workers(), engine.max_concurrent()), (1, 64));
}

#[tokio::test]
async fn stopping_the_engine_ends_running_requests_with_an_error() {
    let engine = engine(Settings::default());
    let tokens = engine.complete(question(&engine, 200)).await.unwrap();
    drop(engine);
    let last = tokens.collect::<Vec<_>>().await.pop();
    assert!(matches!(last, Some(Err(EngineError::Stopped))));
}

async fn idle(engine: &Engine) {
    let free = async {
        while engine.running() + engine.waiting() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), free)
        .await
        .expect("every permit comes back");
}
