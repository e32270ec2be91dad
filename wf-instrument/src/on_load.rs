//! Functions that run as soon as the image that holds them is loaded: a program before `main`, a
//! shared object within `dlopen`.

/// Runs `$run`, an `extern "C" fn()`, when its image is loaded.
///
/// It must not use what the standard library keeps for each thread. The sections are those that
/// each system documents for constructors of C++. Miri, which has no images, runs none.
#[doc(hidden)]
#[macro_export]
macro_rules! __wf_on_load {
    ($run:path) => {
        #[cfg(not(miri))]
        #[used]
        #[cfg_attr(
            target_vendor = "apple",
            unsafe(link_section = "__DATA,__mod_init_func")
        )]
        #[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
        #[cfg_attr(
            not(any(target_vendor = "apple", windows)),
            unsafe(link_section = ".init_array")
        )]
        static __WF_ON_LOAD: extern "C" fn() = $run;
    };
}
