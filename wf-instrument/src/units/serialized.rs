//! Quantities as they are read: from numbers, with those refused that are out of range.

use super::hardware::{Celsius, Joules, Watts};
use super::share::{PerSecond, Ratio};

macro_rules! read_checked {
    ($($quantity:ident: $new:expr, $refused:literal;)*) => {$(
        impl<'de> serde::Deserialize<'de> for $quantity {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = f64::deserialize(deserializer)?;
                $new(number).ok_or_else(|| serde::de::Error::custom($refused))
            }
        }
    )*};
}

read_checked! {
    Watts: Watts::new, "power is a finite number of watts, not below zero";
    Joules: Joules::new, "energy is a finite number of joules, not below zero";
    Celsius: Celsius::new, "a temperature is a finite number of degrees";
    Ratio: Ratio::new, "a share is a finite number, not below zero";
    PerSecond: PerSecond::new, "a rate is a finite number, not below zero";
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    fn is_read<T: DeserializeOwned>(text: &str) -> bool {
        serde_json::from_str::<T>(text).is_ok()
    }

    #[test]
    fn values_out_of_range_are_not_read_as_quantities() {
        for (text, read) in [("-1.0", false), ("null", false), ("0.5", true)] {
            assert_eq!(is_read::<Watts>(text), read, "{text} W");
            assert_eq!(is_read::<Joules>(text), read, "{text} J");
            assert_eq!(is_read::<Ratio>(text), read, "{text}");
            assert_eq!(is_read::<PerSecond>(text), read, "{text} a second");
        }
        assert!(is_read::<Celsius>("-1.0"));
    }

    #[test]
    fn a_quantity_is_the_same_after_it_was_written_and_read() {
        let watts = Watts::from_milliwatts(69_123);
        let text = serde_json::to_string(&watts).unwrap();
        assert_eq!(text, "69.123");
        assert_eq!(serde_json::from_str::<Watts>(&text).unwrap(), watts);
    }
}
