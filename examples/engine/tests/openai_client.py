"""OpenAI's own client against the engine at the base URL given. Says "all understood" or fails."""

import sys

import openai

client = openai.OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0, timeout=60)
question = {"role": "user", "content": "What is the capital of France?"}

model = client.models.list().data[0].id
assert model == "tiny", model

whole = client.chat.completions.create(model=model, messages=[question], temperature=0, max_tokens=40)
assert whole.choices[0].message.content == "The capital of France is Paris.", whole
assert whole.choices[0].finish_reason == "stop", whole
assert whole.usage.completion_tokens > 0, whole

stream = client.chat.completions.create(
    model=model, messages=[question], temperature=0, max_tokens=40, stream=True, stream_options={"include_usage": True}
)
text, usage = "", None
for chunk in stream:
    for choice in chunk.choices:
        text += choice.delta.content or ""
    usage = chunk.usage or usage
assert text == whole.choices[0].message.content, (text, whole)
assert usage == whole.usage, (usage, whole)

pieces = client.completions.create(model=model, prompt="Q: What is", temperature=0, max_tokens=8, stream=True)
assert "".join(piece.choices[0].text for piece in pieces), "a streamed completion has text"

try:
    client.completions.create(model="gpt-9", prompt="Hello")
    raise AssertionError("a request for an unknown model was served")
except openai.NotFoundError as refused:
    assert refused.code == "model_not_found", refused

try:
    client.completions.create(model=model, prompt="Hello", n=3)
    raise AssertionError("a request for three choices was served")
except openai.BadRequestError as refused:
    assert refused.param == "n", refused

print("all understood")
