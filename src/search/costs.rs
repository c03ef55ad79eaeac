//! What readings cost and what counts for a term: the one place to tune search.
//!
//! Tuned on labelled queries. The shares of the errors that people make (Viwiki-spelling, 1,520 errors) gave the
//! costs their order; points are thousandths of the whole score.

/// What readings cost, out of 100: 0 for the word itself, 100 for no likeness.
pub(super) mod cost {
    /// Marks that were not typed, in a query typed without any …
    pub(crate) const MARKS_MISSING: u8 = 2;
    /// … and in a query of which other words have marks: then a bare word is rather meant as it stands.
    pub(crate) const MARKS_MISSING_HERE: u8 = 14;
    /// i for y or the reverse, on top of what the marks cost.
    pub(crate) const SPELLING: u8 = 3;
    /// Hỏi for ngã and the reverse.
    pub(crate) const HOOK_TILDE: u8 = 8;
    /// Any other tone than the one typed.
    pub(crate) const OTHER_TONE: u8 = 22;
    /// Other letters than typed: â for ă, đ for d.
    pub(crate) const OTHER_LETTER: u8 = 16;
    pub(crate) const OTHER_MARKS_MOST: u8 = 45;
    /// Keystrokes of an input method, on top of what the decoded word costs.
    pub(crate) const KEYSTROKES: u8 = 4;
    /// A word that was begun, when it is the last one, which may still be being typed …
    pub(crate) const PREFIX_LAST: u8 = 8;
    /// … or an earlier one; and for each letter left out, up to a limit.
    pub(crate) const PREFIX: u8 = 16;
    pub(crate) const PREFIX_LETTER: u8 = 2;
    pub(crate) const PREFIX_LETTERS_MOST: u8 = 8;
    /// A single letter, or an abbreviation, stands for itself more often than for a word that it begins.
    pub(crate) const PREFIX_OF_ONE: u8 = 30;
    /// On top of that, where the letter is a word: hepatitis *C* is not the beginning of another.
    pub(crate) const PREFIX_OF_WORD: u8 = 28;
    /// What costs more is a guess: with several such words, it is not likely what was meant.
    pub(crate) const LIKELY: u8 = 20;
    /// Same phonetic key.
    pub(crate) const SOUNDS_ALIKE: u8 = 30;
    /// One letter wrong, missing, added or exchanged with its neighbour.
    pub(crate) const TYPO: u8 = 42;
    /// What it costs more to guess where the word as typed is a word, too.
    pub(crate) const GUESSED_KNOWN: u8 = 22;
}

/// Points off the score of all that is found by another way to read the query.
pub(super) mod penalty {
    /// As text in another encoding.
    pub(crate) const ENCODING: f32 = 15.0;
    /// With other spaces.
    pub(crate) const SPACING: f32 = 10.0;
    /// Without a sign such as (-) that was typed.
    pub(crate) const WITHOUT_SIGN: f32 = 250.0;
    /// By a synonym.
    pub(crate) const SYNONYM: f32 = 25.0;
    /// By a phrase that was begun, and one with a typing error, on top of what its reading costs.
    pub(crate) const BEGUN_PHRASE: f32 = 30.0;
    pub(crate) const MISSPELT_PHRASE: f32 = 60.0;
    /// The same where the word that was begun or misspelt is one as it stands.
    pub(crate) const BEGUN_BY_WORD: f32 = 200.0;
    pub(crate) const MISSPELT_WORD: f32 = 170.0;
    /// By initials that no list explains.
    pub(crate) const INITIALS: f32 = 110.0;
    /// By an abbreviation: so many times as its reading is rare (1 to 3).
    pub(crate) const ABBREVIATION: f32 = 30.0;
}

/// What counts for a term, in thousandths of the whole score.
pub(super) mod points {
    /// The query's words are in the term.
    pub(crate) const QUERY_COVERED: f32 = 615.0;
    /// The term's words are in the query.
    pub(crate) const TERM_COVERED: f32 = 250.0;
    /// The words stand in the term in the query's order, side by side.
    pub(crate) const TOGETHER: f32 = 70.0;
    /// What a word such as *unspecified* weighs less than its rarity tells, in the units of word weights.
    pub(crate) const FILLER_WEIGHT: f32 = 1.5;
    /// The same for a word of an alternative.
    pub(crate) const ALTERNATIVE_WEIGHT: f32 = 3.0;
    /// Off, for each word before all that was asked for: *kidney disease due to* before *hypertension*.
    pub(crate) const LEADING_WORD: f32 = 25.0;
    /// Off, for the word *other*.
    pub(crate) const RESIDUAL: f32 = 15.0;
    /// Off, for each word that has other marks than were typed: it is another word, however short.
    pub(crate) const OTHER_MARKS: f32 = 130.0;
    /// Off, for each guessed word but the first: two errors in one query are rare.
    pub(crate) const GUESSED_AGAIN: f32 = 40.0;
    /// Off, for a manifestation: its code cannot stand alone …
    pub(crate) const ASTERISK: f32 = 40.0;
    /// … unless it was named word for word.
    pub(crate) const ASTERISK_NAMED: f32 = 1.0;
    /// Off, for each word such as *acute* or *left* that the term adds …
    pub(crate) const QUALIFIER_ADDED: f32 = 40.0;
    /// … and for each that was asked for and the term lacks.
    pub(crate) const QUALIFIER_LACKING: f32 = 60.0;
    /// Off, for each word such as *chronic* where *acute* was asked for, and *not* before what was.
    pub(crate) const CONTRADICTED: f32 = 120.0;
    /// By how much the score of a term, once read, may exceed what its words promised, their order aside: what it
    /// gets for saying just this, and for words that count for less than their rarity tells.
    pub(crate) const MORE_THAN_PROMISED: f32 = SAYS_IT + WHOLE + 45.0;
    /// The term says what was asked for, and nothing else …
    pub(crate) const SAYS_IT: f32 = 15.0;
    /// … in just these words.
    pub(crate) const WHOLE: f32 = 10.0;
    /// The term is the one under which the concept is shown.
    pub(crate) const PREFERRED: f32 = 40.0;
    /// The term is a synonym or index term of today's edition.
    pub(crate) const SYNONYM: f32 = 30.0;
}
