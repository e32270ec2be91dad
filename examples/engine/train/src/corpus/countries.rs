//! Countries, their capitals, continents and languages.

use super::fact::{Fact, table};

pub(super) fn facts() -> Vec<Fact> {
    [
        table(
            &COUNTRIES,
            &[
                "What is the capital of {0}?",
                "Which city is the capital of {0}?",
                "Name the capital of {0}.",
                "Tell me the capital of {0}.",
            ],
            "The capital of {0} is {1}.",
        ),
        table(
            &COUNTRIES,
            &[
                "Which country has the capital {1}?",
                "Which country is {1} the capital of?",
                "Which country's capital is {1}?",
                "Name the country with the capital {1}.",
            ],
            "{1} is the capital of {0}.",
        ),
        table(
            &COUNTRIES,
            &[
                "On which continent is {0}?",
                "Where is {0}?",
                "Which continent is {0} in?",
                "Where can I find {0}?",
            ],
            "{0} is in {2}.",
        ),
        table(
            &COUNTRIES,
            &[
                "Which language do people speak in {0}?",
                "What is the main language of {0}?",
                "What do people in {0} speak?",
                "Name the language of {0}.",
            ],
            "Most people in {0} speak {3}.",
        ),
        table(
            &COUNTRIES,
            &[
                "Tell me about {0}.",
                "What do you know about {0}?",
                "Describe {0}.",
            ],
            "{0} is a country in {2}. Its capital is {1}, and most people there speak {3}.",
        ),
    ]
    .concat()
}

/// Name, capital, continent, most spoken language.
const COUNTRIES: [[&str; 4]; 48] = [
    ["France", "Paris", "Europe", "French"],
    ["Germany", "Berlin", "Europe", "German"],
    ["Austria", "Vienna", "Europe", "German"],
    ["Italy", "Rome", "Europe", "Italian"],
    ["Spain", "Madrid", "Europe", "Spanish"],
    ["Portugal", "Lisbon", "Europe", "Portuguese"],
    ["Greece", "Athens", "Europe", "Greek"],
    ["Poland", "Warsaw", "Europe", "Polish"],
    ["Hungary", "Budapest", "Europe", "Hungarian"],
    ["Sweden", "Stockholm", "Europe", "Swedish"],
    ["Norway", "Oslo", "Europe", "Norwegian"],
    ["Denmark", "Copenhagen", "Europe", "Danish"],
    ["Finland", "Helsinki", "Europe", "Finnish"],
    ["Iceland", "Reykjavik", "Europe", "Icelandic"],
    ["Ireland", "Dublin", "Europe", "English"],
    ["Romania", "Bucharest", "Europe", "Romanian"],
    ["Bulgaria", "Sofia", "Europe", "Bulgarian"],
    ["Croatia", "Zagreb", "Europe", "Croatian"],
    ["Serbia", "Belgrade", "Europe", "Serbian"],
    ["Albania", "Tirana", "Europe", "Albanian"],
    ["Estonia", "Tallinn", "Europe", "Estonian"],
    ["Latvia", "Riga", "Europe", "Latvian"],
    ["Lithuania", "Vilnius", "Europe", "Lithuanian"],
    ["Ukraine", "Kyiv", "Europe", "Ukrainian"],
    ["Japan", "Tokyo", "Asia", "Japanese"],
    ["China", "Beijing", "Asia", "Chinese"],
    ["Vietnam", "Hanoi", "Asia", "Vietnamese"],
    ["Thailand", "Bangkok", "Asia", "Thai"],
    ["Iran", "Tehran", "Asia", "Persian"],
    ["Iraq", "Baghdad", "Asia", "Arabic"],
    ["Mongolia", "Ulaanbaatar", "Asia", "Mongolian"],
    ["Nepal", "Kathmandu", "Asia", "Nepali"],
    ["Egypt", "Cairo", "Africa", "Arabic"],
    ["Morocco", "Rabat", "Africa", "Arabic"],
    ["Tunisia", "Tunis", "Africa", "Arabic"],
    ["Somalia", "Mogadishu", "Africa", "Somali"],
    ["Angola", "Luanda", "Africa", "Portuguese"],
    ["Ethiopia", "Addis Ababa", "Africa", "Amharic"],
    ["Canada", "Ottawa", "North America", "English"],
    ["Mexico", "Mexico City", "North America", "Spanish"],
    ["Cuba", "Havana", "North America", "Spanish"],
    ["Jamaica", "Kingston", "North America", "English"],
    ["Brazil", "Brasilia", "South America", "Portuguese"],
    ["Argentina", "Buenos Aires", "South America", "Spanish"],
    ["Chile", "Santiago", "South America", "Spanish"],
    ["Peru", "Lima", "South America", "Spanish"],
    ["Colombia", "Bogota", "South America", "Spanish"],
    ["Uruguay", "Montevideo", "South America", "Spanish"],
];
