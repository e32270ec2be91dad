//! How many threads to start with.

/// How many threads to start with, by the number of processors that the process may use.
///
/// inference = min(cores/2, 8), background = max(2, cores/4), UI = 2; rounded down, at least one thread each.
///
/// ```
/// use wf_govern::sizing::tier::Pools;
///
/// assert_eq!(Pools::for_cores(12.0), Pools { inference: 6, background: 3, ui: 2 });
/// assert_eq!(Pools::for_cores(1.0), Pools { inference: 1, background: 2, ui: 2 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pools {
    /// Threads that run models.
    pub inference: u64,
    /// Threads for everything that nobody waits for.
    pub background: u64,
    /// Threads for the user interface.
    pub ui: u64,
}

impl Pools {
    /// `cores` may be a fraction, as a container's quota is; anything senseless counts as one core.
    #[must_use]
    pub fn for_cores(cores: f64) -> Self {
        let cores = whole(cores).max(1);
        Self {
            inference: (cores / 2).clamp(1, 8),
            background: (cores / 4).max(2),
            ui: 2,
        }
    }
}

/// Rounded down; NaN and negative numbers are 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturation is the intent"
)]
const fn whole(n: f64) -> u64 {
    n as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_follow_the_formula_and_are_never_empty() {
        for (cores, inference, background) in [
            (f64::NAN, 1, 2),
            (-3.0, 1, 2),
            (0.5, 1, 2),
            (2.0, 1, 2),
            (4.0, 2, 2),
            (15.9, 7, 3),
            (16.0, 8, 4),
            (64.0, 8, 16),
        ] {
            let pools = Pools {
                inference,
                background,
                ui: 2,
            };
            assert_eq!(Pools::for_cores(cores), pools, "{cores} cores");
        }
    }
}
