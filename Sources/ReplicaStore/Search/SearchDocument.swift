import LetterMerge
import LetterModel

/// What of a letter is looked through, in the columns of the index. A pure function of the view.
///
/// Names and tags stand between edges, a word that no text has: so a phrase does not run from one name into the next, and a whole tag
/// can be asked for.
struct SearchDocument {
    /// A column of the index.
    struct Column {
        let name: String
        /// How much a place counts in the order of what is found: a letter *to* somebody before one that mentions them.
        let weight: Int
        /// Whether edges stand around its texts.
        let hasEdges: Bool
    }

    /// In the order in which a snippet is looked for.
    static let columns = [
        // Body, postscript, greetings, translations.
        Column(name: "body", weight: 1, hasEdges: false),
        // Title and summary.
        Column(name: "title", weight: 4, hasEdges: false),
        Column(name: "senders", weight: 3, hasEdges: true),
        Column(name: "recipients", weight: 3, hasEdges: true),
        // Places, and everybody else.
        Column(name: "names", weight: 3, hasEdges: false),
        Column(name: "tags", weight: 2, hasEdges: true),
        // Notes, identifiers and the like.
        Column(name: "other", weight: 2, hasEdges: false),
        // What `has:` and `is:` ask for, and days: no words of anybody's.
        Column(name: "facts", weight: 0, hasEdges: false),
    ]

    static let columnNames = columns.map(\.name).joined(separator: ", ")
    static let columnMarks = columns.map { _ in "?" }.joined(separator: ", ")

    /// How words are cut, as the index's table is declared: marks are parts of words, or those of India would fall to pieces.
    static let tokenizer = "tokenize=\"unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'\""

    /// A word that folding leaves in no text.
    static let edge = "\u{E000}"

    /// The word in the index that stands for a fact.
    static func token(of fact: SearchFact) -> String { edge + fact.name + fact.word }

    /// The texts of each column but the last.
    private let texts: [[String]]
    /// The words of the last one.
    private let facts: [String]

    /// A letter that is hidden has no document.
    init?(_ view: LetterView) {
        guard !view.isDeleted else { return nil }
        let letter = view.letter
        func names(_ agents: [Agent]) -> [String?] { agents.flatMap { [$0.name, $0.role, $0.onBehalfOf] } }
        let body: [String?] =
            [letter.dateline, letter.salutation, letter.body, letter.valediction, letter.signature, letter.postscript]
            + letter.translations.map(\.value.body)
        let places = [letter.place?.name] + letter.events.flatMap { $0.places.map(\.name) }
        let others: [String?] =
            [letter.collection, letter.registry?.number, letter.registry?.handler, letter.date?.text]
            + letter.identifiers.map(\.value) + letter.notes.map(\.value.text)
            + letter.mentions.map(\.text) + letter.attachments.map(\.name)
            + letter.witnesses.flatMap { [$0.repository, $0.collection, $0.shelfmark] }
        texts = [
            body, [letter.title, letter.summary], names(letter.senders), names(letter.recipients),
            names(letter.events.flatMap(\.agents)) + places, letter.tags, others,
        ].map { $0.compactMap { $0 } }
        facts = SearchFact.all(of: view).map(Self.token) + (letter.date?.parsed.map(SearchDays.words) ?? [])
    }

    /// What people may read of each column, as a snippet shows it.
    var shown: [String] { texts.map { $0.joined(separator: "\n") } + [""] }

    /// What the index takes, in the order of its columns.
    var indexed: [String] {
        zip(Self.columns, texts).map { column, texts in
            guard column.hasEdges else { return SearchFold.text(texts.joined(separator: "\n")) }
            guard !texts.isEmpty else { return "" }
            return Self.edge + texts.map { " \(SearchFold.text($0)) \(Self.edge)" }.joined()
        } + [facts.joined(separator: " ")]
    }
}
