//! What a text claims that turns or binds a diagnosis: acute or chronic, type 1 or 2, left or right, in pregnancy.
//!
//! The lists here judge search and are no part of it: they are kept apart from the engine's own, so that a word
//! which the engine does not know is still counted against it.
#![allow(dead_code, reason = "the tests share it and use a part")]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use medterm::text::{Analyzer, decode_telex, decode_vni, is_vietnamese_syllable};

/// A choice that a diagnosis makes: phrases that make it in either way. Of phrases that overlap the longest counts.
struct Choice {
    name: &'static str,
    /// By what is chosen; phrases of one string mean the same.
    sides: &'static [&'static str],
    /// Phrases that hold a word of a side and choose nothing.
    neither: &'static str,
}

const CHOICES: [Choice; 14] = [
    Choice {
        name: "course",
        sides: &["cấp, cấp tính, acute", "mạn, mạn tính, mãn, mãn tính, chronic", "bán cấp, subacute"],
        neither: "đợt cấp, cấp cứu, cung cấp, cấp máu, trợ cấp, thứ cấp, sơ cấp, mãn kinh, mãn dục, gãy cấp",
    },
    Choice {
        name: "insulin",
        sides: &[
            "phụ thuộc insulin, phụ thuộc insuline, insulin dependent",
            "không phụ thuộc insulin, không phụ thuộc insuline, non insulin dependent",
        ],
        neither: "",
    },
    Choice {
        name: "side",
        sides: &["phải, right", "trái, left"],
        neither: "mắc phải, hít phải, nuốt phải, ăn phải, uống phải, chạm phải, phải chịu, trái rạ, con trai, bé trai",
    },
    Choice { name: "one or both sides", sides: &["một bên, unilateral", "hai bên, bilateral"], neither: "" },
    Choice {
        name: "behaviour",
        sides: &[
            "lành, lành tính, không ác tính, benign",
            "ác, ác tính, malignant, ung thư, cancer, carcinoma",
            "không chắc chắn, chưa rõ tính chất, uncertain behaviour, uncertain behavior",
        ],
        neither: "ác mộng, cảm lạnh, do lạnh, thiếu máu ác tính, pernicious",
    },
    Choice {
        name: "origin",
        sides: &["nguyên phát, tiên phát, vô căn, primary, essential", "thứ phát, di căn, secondary, metastatic"],
        neither: "",
    },
    Choice {
        name: "rupture",
        sides: &["vỡ, ruptured", "không vỡ, chưa vỡ, unruptured, without rupture"],
        neither: "vỡ ối, ối vỡ",
    },
    Choice { name: "congenital", sides: &["bẩm sinh, congenital", "mắc phải, acquired"], neither: "" },
    Choice {
        name: "upper or lower",
        sides: &["hô hấp trên, chi trên, hàm trên, mi trên, upper", "hô hấp dưới, chi dưới, hàm dưới, mi dưới, lower"],
        neither: "",
    },
    Choice {
        name: "inner or outer",
        sides: &[
            "trĩ nội, lác trong, mắt cá trong, tai trong, internal",
            "trĩ ngoại, lác ngoài, mắt cá ngoài, tai ngoài, external, externa",
            "tai giữa, media",
        ],
        neither: "",
    },
    Choice {
        name: "complication",
        sides: &[
            "không biến chứng, không có biến chứng, không kèm biến chứng, without complication, without complications",
            "có biến chứng, kèm biến chứng, với biến chứng, with complication, with complications",
        ],
        neither: "",
    },
    Choice {
        name: "open or closed",
        sides: &["gãy kín, gãy xương kín, chấn thương kín, closed", "gãy hở, gãy xương hở, vết thương hở, open"],
        neither: "",
    },
    Choice {
        name: "more or less",
        sides: &[
            "tăng, cao huyết áp, huyết áp cao, cường giáp, hyperthyroidism, hyperkalaemia, hypernatraemia",
            "hạ, giảm, thấp huyết áp, huyết áp thấp, tụt huyết áp, suy giáp, hypothyroidism, hypokalaemia, hyponatraemia",
        ],
        neither: "hạ sườn, hạ vị, hạ chi, hạ họng, hạ đồi, hạ bì, suy giảm, tăng sinh, tăng trưởng, tăng sản, tăng động",
    },
    Choice { name: "sex", sides: &["nam, nam giới, male", "nữ, nữ giới, female"], neither: "việt nam" },
];

/// Choices by number or letter: the words before it, and the sides.
const NUMBERED: [(&str, &str, &[&str]); 4] = [
    ("type", "típ, typ, type, tuýp, týp, túyp, thể", &["1, i", "2, ii"]),
    ("degree", "độ, cấp độ, giai đoạn, grade, stage", &["1, i", "2, ii", "3, iii", "4, iv"]),
    ("hepatitis", "viêm gan, viêm gan vi rút, viêm gan virus, viêm gan siêu vi, hepatitis", &["a", "b", "c", "d", "e"]),
    ("influenza", "cúm, influenza", &["a", "b", "c"]),
];

/// What a diagnosis is bound to. Such a word is contradicted by saying nothing.
const BOUND: [(&str, &str); 2] = [
    ("newborn", "sơ sinh, chu sinh, newborn, neonatal, neonatorum, perinatal"),
    (
        "pregnancy",
        "thai, bầu, sản khoa, hậu sản, khi đẻ, sau đẻ, sau sinh, trong đẻ, chuyển dạ, sản giật, pregnancy, pregnant, \
         gestational, obstetric, puerperium, puerperal, labour, childbirth, delivery, maternal",
    ),
];

/// A phrase of the lists: its words with and without marks, and what it claims: a choice and a side.
struct Phrase {
    words: Vec<(String, String)>,
    claim: Option<(&'static str, usize)>,
}

/// The lists, read once.
pub(crate) struct Polarity {
    analyzer: Analyzer,
    /// By the first word without marks, the longest phrases first.
    phrases: HashMap<String, Vec<Phrase>>,
}

/// What a text claims: by the name of the choice, the sides.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Claims(BTreeMap<&'static str, BTreeSet<usize>>);

impl Claims {
    /// The first choice that both make, in different ways.
    pub(crate) fn opposed_to(&self, other: &Self) -> Option<&'static str> {
        let opposed = |(name, sides): &(&&'static str, &BTreeSet<usize>)| {
            other.0.get(**name).is_some_and(|others| others.is_disjoint(sides))
        };
        self.0.iter().find(opposed).map(|(name, _)| *name)
    }

    /// The first thing to which this is bound and the other is not.
    pub(crate) fn bound_unlike(&self, other: &Self) -> Option<&'static str> {
        let names = BOUND.iter().map(|(name, _)| *name);
        names.into_iter().find(|name| self.0.contains_key(name) && !other.0.contains_key(name))
    }

    /// The first choice that this makes and the other leaves open.
    pub(crate) fn beyond(&self, other: &Self) -> Option<&'static str> {
        self.0.keys().find(|name| !other.0.contains_key(**name)).copied()
    }
}

impl Polarity {
    pub(crate) fn new() -> Self {
        let mut polarity = Self { analyzer: Analyzer::new(), phrases: HashMap::new() };
        for choice in &CHOICES {
            for (side, phrases) in choice.sides.iter().enumerate() {
                polarity.add(phrases, Some((choice.name, side)));
            }
            polarity.add(choice.neither, None);
        }
        for (name, heads, sides) in NUMBERED {
            for (side, numbers) in sides.iter().enumerate() {
                for number in numbers.split(", ") {
                    heads.split(", ").for_each(|head| polarity.add(&format!("{head} {number}"), Some((name, side))));
                }
            }
        }
        for (name, phrases) in BOUND {
            polarity.add(phrases, Some((name, 0)));
        }
        for phrases in polarity.phrases.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.words.len()));
        }
        polarity
    }

    fn add(&mut self, phrases: &str, claim: Option<(&'static str, usize)>) {
        for phrase in phrases.split(", ") {
            let tokens = self.analyzer.analyze(phrase);
            let words: Vec<_> =
                tokens.iter().map(|word| (word.accented().to_owned(), word.folded().to_owned())).collect();
            let Some((_, first)) = words.first().cloned() else { continue };
            self.phrases.entry(first).or_default().push(Phrase { words, claim });
        }
    }

    /// What a name claims.
    pub(crate) fn of_name(&mut self, name: &str) -> Claims {
        self.read(name, false)
    }

    /// What a query claims, its marks or keystrokes as they may be.
    pub(crate) fn of_query(&mut self, query: &str) -> Claims {
        let mut claims = self.read(query, true);
        let mut decoded = String::new();
        let words: Vec<String> = self.analyzer.analyze(query).iter().map(|word| word.accented().to_owned()).collect();
        let mut spelled = |word: &String| {
            let is_decoded = decode_telex(word, &mut decoded) || decode_vni(word, &mut decoded);
            if is_decoded && is_vietnamese_syllable(&decoded) { decoded.clone() } else { word.clone() }
        };
        let spelled: Vec<String> = words.iter().map(&mut spelled).collect();
        for (name, sides) in self.read(&spelled.join(" "), true).0 {
            claims.0.entry(name).or_default().extend(sides);
        }
        claims
    }

    fn read(&mut self, text: &str, bare: bool) -> Claims {
        let tokens: Vec<(String, String)> = self
            .analyzer
            .analyze(text)
            .iter()
            .map(|word| (word.accented().to_owned(), word.folded().to_owned()))
            .collect();
        let is = |(accented, folded): &(String, String), word: &(String, String)| {
            *accented == word.0 || (bare && accented == folded && *folded == word.1)
        };
        let mut claims = Claims::default();
        let mut rest = tokens.as_slice();
        while let [first, after @ ..] = rest {
            let begins = |phrase: &&Phrase| {
                phrase.words.len() <= rest.len() && rest.iter().zip(&phrase.words).all(|(token, word)| is(token, word))
            };
            let found = self.phrases.get(&first.1).and_then(|phrases| phrases.iter().find(begins));
            if let Some((name, side)) = found.and_then(|phrase| phrase.claim) {
                claims.0.entry(name).or_default().insert(side);
            }
            rest = match found {
                Some(phrase) => rest.get(phrase.words.len()..).unwrap_or_default(),
                None => after,
            };
        }
        claims
    }
}
