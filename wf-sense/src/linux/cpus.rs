//! Sets of processors, and the lists such as `0-3,8` in which the kernel writes them.

/// Processors by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cpus(Vec<u64>);

impl Cpus {
    /// A list of numbers and ranges; `None` where it is none, or names no processor.
    pub(super) fn parse(list: &str) -> Option<Self> {
        let mut cpus = Self::default();
        for range in list.trim().split(',') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            if first > last || last > HIGHEST {
                return None;
            }
            (first..=last).for_each(|cpu| cpus.add(cpu));
        }
        Some(cpus)
    }

    /// Adds one, unless its number is above [`HIGHEST`].
    pub(super) fn add(&mut self, cpu: usize) {
        if cpu > HIGHEST {
            return;
        }
        let word = cpu / 64;
        self.0.resize(self.0.len().max(word + 1), 0);
        self.0[word] |= 1 << (cpu % 64);
    }

    /// Adds all of another set.
    pub(super) fn join(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// Those that are in both sets.
    pub(super) fn within(&self, other: &Self) -> Self {
        let words = self.0.iter().zip(&other.0);
        Self(words.map(|(word, other)| word & other).collect())
    }

    /// Checks whether all of another set are in this one.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.within(other).count() == other.count()
    }

    /// The number of processors in it.
    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// The highest number that is accepted: eight times what Linux can be built for (8,192).
const HIGHEST: usize = (1 << 16) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn cpus(list: &str) -> Cpus {
        Cpus::parse(list).unwrap()
    }

    #[test]
    fn a_list_names_numbers_and_ranges() {
        assert_eq!(cpus("0-3,8,70-71\n").count(), 7);
        assert_eq!(cpus("0,0-1").count(), 2);
        for senseless in ["", "3-1", "-1", "a", "0-", "0-4294967295", "1,"] {
            assert_eq!(Cpus::parse(senseless), None, "{senseless}");
        }
    }

    #[test]
    fn sets_are_joined_and_intersected_whatever_their_length() {
        let (low, high) = (cpus("0-1"), cpus("1,70"));
        assert_eq!(low.within(&high).count(), 1);
        assert!(high.covers(&cpus("70")) && !low.covers(&high) && !high.covers(&low));
        let mut both = low;
        both.join(&high);
        assert_eq!(both.count(), 3);
        assert!(both.covers(&high));
    }
}
