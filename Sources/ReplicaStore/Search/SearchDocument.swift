import LetterMerge
import LetterModel

/// What of a letter is looked through, in the columns of the index. A pure function of the view.
struct SearchDocument {
    /// The text itself: body, postscript, greetings, translations.
    let body: String
    /// Title and summary.
    let title: String
    /// Persons and places.
    let names: String
    /// Tags, notes, identifiers and the like.
    let other: String

    /// In the order of the index's columns, which is the order in which a snippet is looked for.
    var columns: [String] { [body, title, names, other] }

    /// How much a place counts, in the order of the columns: a letter *to* somebody before one that mentions them.
    static let weights = [1, 4, 3, 2]

    /// A letter that is hidden has no document.
    init?(_ view: LetterView) {
        guard !view.isDeleted else { return nil }
        let letter = view.letter
        func joined(_ texts: [String?]) -> String { texts.compactMap { $0 }.joined(separator: "\n") }

        body = joined(
            [letter.dateline, letter.salutation, letter.body, letter.valediction, letter.signature, letter.postscript]
                + letter.translations.map(\.value.body))
        title = joined([letter.title, letter.summary])
        let agents = letter.senders + letter.recipients + letter.events.flatMap(\.agents)
        let places = [letter.place?.name] + letter.events.flatMap { $0.places.map(\.name) }
        names = joined(agents.flatMap { [$0.name, $0.role, $0.onBehalfOf] } + places)
        other = joined(
            letter.tags + [letter.collection, letter.registry?.number, letter.registry?.handler, letter.date?.text]
                + letter.identifiers.map(\.value) + letter.notes.map(\.value.text)
                + letter.mentions.map(\.text) + letter.attachments.map(\.name)
                + letter.witnesses.flatMap { [$0.repository, $0.collection, $0.shelfmark] })
    }
}
