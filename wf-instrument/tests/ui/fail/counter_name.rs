use wf_instrument::wf_count;

fn f() {
    wf_count!("cache_hits_total", 1);
    wf_count!("CacheHits", 1);
    wf_count!("cache hits");
    wf_count!("");
    wf_count!("wf_hits");
    wf_count!("requests_count");
}

fn main() {}
