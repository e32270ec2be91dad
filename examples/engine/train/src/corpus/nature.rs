//! Animals, elements, planets and opposites.

use super::fact::{Fact, table};

pub(super) fn facts() -> Vec<Fact> {
    [
        table(
            &OPPOSITES,
            &[
                "What is the opposite of {0}?",
                "Name the opposite of {0}.",
                "Tell me the opposite of {0}.",
            ],
            "The opposite of {0} is {1}.",
        ),
        table(
            &YOUNG,
            &[
                "What is a young {0} called?",
                "What do we call a young {0}?",
                "Name a young {0}.",
            ],
            "A young {0} is called a {1}.",
        ),
        table(
            &SOUNDS,
            &[
                "What does a {0} say?",
                "Which sound does a {0} make?",
                "How does a {0} sound?",
            ],
            "A {0} says {1}.",
        ),
        table(
            &ELEMENTS,
            &[
                "What is the symbol of {0}?",
                "Which symbol stands for {0}?",
                "Name the symbol of {0}.",
            ],
            "The symbol of {0} is {1}.",
        ),
        table(
            &COLOURS,
            &[
                "What colour is {0}?",
                "What color is {0}?",
                "Which colour does {0} have?",
                "Name the colour of {0}.",
            ],
            "The colour of {0} is {1}.",
        ),
        table(
            &PLANETS,
            &[
                "Which planet is {0}?",
                "Where is {0}?",
                "What number is the planet {0}?",
            ],
            "{0} is the {1} planet from the sun.",
        ),
    ]
    .concat()
}

const OPPOSITES: [[&str; 2]; 24] = [
    ["hot", "cold"],
    ["cold", "hot"],
    ["big", "small"],
    ["small", "big"],
    ["fast", "slow"],
    ["slow", "fast"],
    ["old", "young"],
    ["young", "old"],
    ["high", "low"],
    ["low", "high"],
    ["open", "closed"],
    ["closed", "open"],
    ["full", "empty"],
    ["empty", "full"],
    ["dark", "bright"],
    ["bright", "dark"],
    ["wet", "dry"],
    ["dry", "wet"],
    ["early", "late"],
    ["late", "early"],
    ["loud", "quiet"],
    ["quiet", "loud"],
    ["strong", "weak"],
    ["weak", "strong"],
];

const YOUNG: [[&str; 2]; 14] = [
    ["dog", "puppy"],
    ["cat", "kitten"],
    ["cow", "calf"],
    ["horse", "foal"],
    ["sheep", "lamb"],
    ["goat", "kid"],
    ["pig", "piglet"],
    ["hen", "chick"],
    ["duck", "duckling"],
    ["goose", "gosling"],
    ["lion", "cub"],
    ["deer", "fawn"],
    ["frog", "tadpole"],
    ["swan", "cygnet"],
];

const SOUNDS: [[&str; 2]; 9] = [
    ["cat", "meow"],
    ["dog", "woof"],
    ["cow", "moo"],
    ["sheep", "baa"],
    ["pig", "oink"],
    ["duck", "quack"],
    ["hen", "cluck"],
    ["frog", "ribbit"],
    ["lion", "roar"],
];

const ELEMENTS: [[&str; 2]; 16] = [
    ["gold", "Au"],
    ["silver", "Ag"],
    ["iron", "Fe"],
    ["copper", "Cu"],
    ["lead", "Pb"],
    ["tin", "Sn"],
    ["zinc", "Zn"],
    ["mercury", "Hg"],
    ["oxygen", "O"],
    ["hydrogen", "H"],
    ["carbon", "C"],
    ["nitrogen", "N"],
    ["helium", "He"],
    ["sodium", "Na"],
    ["potassium", "K"],
    ["silicon", "Si"],
];

const COLOURS: [[&str; 2]; 10] = [
    ["snow", "white"],
    ["grass", "green"],
    ["blood", "red"],
    ["the sky", "blue"],
    ["the sea", "blue"],
    ["coal", "black"],
    ["a lemon", "yellow"],
    ["milk", "white"],
    ["a carrot", "orange"],
    ["a frog", "green"],
];

const PLANETS: [[&str; 2]; 8] = [
    ["Mercury", "first"],
    ["Venus", "second"],
    ["Earth", "third"],
    ["Mars", "fourth"],
    ["Jupiter", "fifth"],
    ["Saturn", "sixth"],
    ["Uranus", "seventh"],
    ["Neptune", "eighth"],
];
