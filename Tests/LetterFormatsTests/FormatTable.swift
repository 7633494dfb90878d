/// The table that `make formats` prints: how far an importer agrees with what people found in a corpus.
struct FormatTable {
    let corpus: String
    var letters = 0
    private(set) var compared = 0
    private(set) var misses: [String] = []

    init(_ corpus: String) {
        self.corpus = corpus
    }

    /// Counts one field.
    mutating func compare(_ isEqual: Bool, _ what: @autoclosure () -> String) {
        compared += 1
        if !isEqual { misses.append(what()) }
    }

    /// Prints the row.
    func show() {
        FormatTable.show(corpus, letters: letters, compared: compared, agreed: compared - misses.count)
    }

    /// Prints a row of these figures.
    static func show(_ corpus: String, letters: Int, compared: Int, agreed: Int) {
        let hundredths = compared == 0 ? 0 : agreed * 10_000 / compared
        let share = "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10) %"
        print("formats: \(corpus): \(letters) letters, \(compared) fields compared, \(share) agree")
    }
}
