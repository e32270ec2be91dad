//! `#[wf_measure]` on methods.

use std::future::Future;

use wf_instrument::wf_measure;

use crate::common::{block_on, yield_now};

#[derive(Clone)]
struct Model {
    name: String,
    calls: u32,
}

impl Model {
    #[wf_measure]
    fn by_ref(&self) -> &str {
        &self.name
    }

    #[wf_measure]
    fn by_mut(&mut self) -> Result<&mut u32, String> {
        self.calls += 1;
        Ok(&mut self.calls)
    }

    #[wf_measure]
    fn by_value(self) -> Result<Self, String> {
        Ok(self)
    }

    #[wf_measure]
    fn by_pointer(self: &std::sync::Arc<Self>) -> String {
        self.name.clone()
    }

    #[wf_measure]
    async fn by_mut_async(&mut self) -> &mut u32 {
        yield_now().await;
        &mut self.calls
    }

    #[wf_measure]
    fn associated() -> Result<Self, String> {
        Ok(Self {
            name: "gpt".to_owned(),
            calls: 0,
        })
    }

    /// # Safety
    ///
    /// None needed.
    #[wf_measure]
    #[expect(unsafe_code, reason = "the body may do what an unsafe function may do")]
    unsafe fn dangerous(&self) -> Result<u32, ()> {
        // SAFETY: a reference is valid.
        Ok(unsafe { *std::ptr::from_ref(&self.calls) })
    }

    #[wf_measure(ttft, model = self.name, prompt_tokens = prompt.len())]
    fn generate<'a>(&'a self, prompt: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
        prompt.iter().map(|token| token + self.calls)
    }
}

trait Engine {
    type Text;

    fn generate_text(&self) -> Self::Text;

    #[wf_measure]
    fn several(&self, times: usize) -> Result<Vec<Self::Text>, String> {
        Ok((0..times).map(|_| self.generate_text()).collect())
    }

    fn native_async(&self, n: u32) -> impl Future<Output = Result<u32, String>> + Send;
}

impl Engine for Model {
    type Text = String;

    #[wf_measure]
    fn generate_text(&self) -> Self::Text {
        self.name.clone()
    }

    #[wf_measure]
    async fn native_async(&self, n: u32) -> Result<u32, String> {
        yield_now().await;
        Ok(self.calls + n)
    }
}

#[async_trait::async_trait]
trait Boxed {
    async fn generate_text(&mut self, text: &str) -> Result<String, String>;

    #[wf_measure]
    async fn by_default(&self) -> Option<Box<dyn Fn() -> u8 + Send>> {
        Some(Box::new(|| 3))
    }

    async fn stream(&self, n: u8) -> Result<futures_util::stream::BoxStream<'static, u8>, String>;
}

#[async_trait::async_trait]
impl Boxed for Model {
    #[wf_measure]
    async fn generate_text(&mut self, text: &str) -> Result<String, String> {
        yield_now().await;
        if text.is_empty() {
            return Err("the text is empty".to_owned());
        }
        self.calls += 1;
        Ok(format!("{}: {text}", self.name))
    }

    #[wf_measure(ttft, model = self.name)]
    async fn stream(&self, n: u8) -> Result<futures_util::stream::BoxStream<'static, u8>, String> {
        if n > 9 {
            return Err(format!("{n} are too many"));
        }
        Ok(Box::pin(futures_util::stream::iter(0..n)))
    }
}

#[test]
fn methods_return_the_same() {
    let mut model = Model::associated().unwrap();
    assert_eq!(model.by_ref(), "gpt");
    *model.by_mut().unwrap() += 1;
    block_on(async { *model.by_mut_async().await += 1 });
    assert_eq!(model.calls, 3);
    assert_eq!(model.clone().by_value().unwrap().calls, 3);
    assert_eq!(std::sync::Arc::new(model.clone()).by_pointer(), "gpt");
    #[expect(unsafe_code, reason = "calls an unsafe function")]
    // SAFETY: there are no requirements.
    let calls = unsafe { model.dangerous() };
    assert_eq!(calls, Ok(3));
    assert!(model.generate(&[1, 2]).eq([4, 5]));
}

#[test]
fn trait_methods_return_the_same() {
    let mut model = Model::associated().unwrap();
    assert_eq!(model.several(2).unwrap(), ["gpt", "gpt"]);
    assert_eq!(block_on(model.native_async(2)), Ok(2));
    assert_eq!(
        block_on(Boxed::generate_text(&mut model, "hello")).unwrap(),
        "gpt: hello"
    );
    assert!(block_on(Boxed::generate_text(&mut model, "")).is_err());
    assert_eq!(block_on(model.by_default()).unwrap()(), 3);
    let stream = block_on(model.stream(3)).unwrap();
    assert_eq!(
        block_on(futures_util::StreamExt::collect::<Vec<_>>(stream)),
        [0, 1, 2]
    );
    assert!(block_on(model.stream(10)).is_err());
}
