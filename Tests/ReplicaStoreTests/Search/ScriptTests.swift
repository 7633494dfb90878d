import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import Testing
import TestScratch

/// Letters in the scripts of the world are found by what people type.
struct ScriptTests {
    private let scratch = Scratch()

    /// A text, what finds it, and what does not.
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let finds: [String]
        let misses: [String]
        var testDescription: String { text }

        init(_ text: String, finds: [String], misses: [String] = []) {
            self.text = text
            self.finds = finds
            self.misses = misses
        }
    }

    static let cases = [
        Case("家信和詩稿都到了", finds: ["家", "信", "家信", "詩稿", "\"家信 和\"", "家信*", "信 家"], misses: ["信家", "家詩", "诗"]),
        Case("昨日お手紙を拝見しました。", finds: ["手紙", "お手紙", "拝見", "した", "手"], misses: ["紙手", "てがみ"]),
        Case("カタカナとＡＢＣ１２", finds: ["カタカナ", "abc12", "ＡＢＣ１２", "ABC*"], misses: ["カナカ", "ABC"]),
        Case("편지를 잘 받았습니다", finds: ["편지", "편지를", "받았"], misses: ["지편"]),
        Case("จดหมายจากแม่", finds: ["จดหมาย", "แม่", "จาก"], misses: ["แม่จาก"]),
        Case(
            "DIYARBAKIR'dan Işık", finds: ["diyarbakır", "diyarbakir", "DİYARBAKIR", "ışık", "isik", "IŞIK", "İŞİK"],
            misses: ["diyar"]),
        Case(
            "İzmir'e ıssız yol, Hörmətli cənab",
            finds: ["izmir", "İZMİR", "ızmır", "ISSIZ", "issiz", "hormətli", "HÖRMƏTLI", "cənab"]),
        Case(
            "وَصَلَتْ رِسَالَتُكَ إلى أحمد", finds: ["وصلت", "رسالتك", "وَصَلَت", "احمد", "أحمد", "الى", "إلي"], misses: ["رسالت"]),
        Case("الســلام عليكم سنة ١٩٣٣", finds: ["السلام", "1933", "١٩٣٣"]),
        Case("نامهٔ می‌خواهم ۱۳۱۲", finds: ["می‌خواهم", "میخواهم", "1312", "میخوا*"]),
        Case("שָׁלוֹם לְךָ", finds: ["שלום", "לך", "שָׁלוֹם"]),
        Case("हिन्दी में पत्र १९४७", finds: ["हिन्दी", "पत्र", "हिन्*", "1947"], misses: ["हन्दी", "ह"]),
        Case("தமிழ் கடிதம்", finds: ["தமிழ்", "கடிதம்", "கடி*"], misses: ["தமழ்"]),
        Case("Москва́, ёлка и край", finds: ["москва", "МОСКВА", "елка", "ЁЛКА", "краи", "край"]),
        Case("Ἀθῆναι καὶ λόγος", finds: ["αθηναι", "ΑΘΗΝΑΙ", "λογος", "ΛΟΓΟΣ", "και"]),
        Case(
            "Straße, Œuvre, Æsir, Łódź, Ǻngström, smørrebrød",
            finds: ["strasse", "STRASSE", "straße", "oeuvre", "œuvre", "aesir", "lodz", "angstrom", "smorrebrod"]),
        Case(
            "L\u{2019}été d\u{2019}Angoulême: \u{201C}l\u{00AD}ettre\u{201D}",
            finds: ["l'ete", "l\u{2019}été", "\"d'angouleme\"", "lettre", "ANGOULÊME"]),
        Case("Tiếng Việt: bức thư gửi mẹ", finds: ["tieng viet", "Tiếng Việt", "buc thu", "gui me", "TIẾNG"]),
        Case("e\u{301}crit a\u{300} la main", finds: ["ecrit", "écrit", "ÉCRIT", "à"]),
        Case("գիր Հայաստան", finds: ["հայաստան", "ՀԱՅԱՍՏԱՆ", "գիր"]),
        Case("წერილი თბილისიდან", finds: ["წერილი", "თბილის*"]),
        Case("𠮷野家 wrote 🙂 naïvely", finds: ["𠮷野家", "𠮷", "naively", "wrote"]),
    ]

    @Test(arguments: cases) func `a letter is found by what people type in its script`(_ one: Case) throws {
        let store = try scratch.makeStore(.local)
        let maker = RevisionMaker()
        _ = try store.ingest(
            maker.ingestion([try maker.revision(1, one.text), try maker.revision(2, "another letter")]))
        for query in one.finds {
            let hits = try store.search(query, limit: 9, offset: 0).hits
            #expect(hits.map(\.letter.id) == [RevisionMaker.letterID(1)], "\(query)")
            let hit = try #require(hits.first)
            #expect(!hit.matches.isEmpty, "\(query)")
            // What is marked is whole characters of the text.
            let bytes = Array(hit.snippet.utf8)
            for match in hit.matches { #expect(String(validating: bytes[match], as: UTF8.self) != nil, "\(query)") }
        }
        for query in one.misses { #expect(try store.search(query, limit: 9, offset: 0).hits == [], "\(query)") }
        #expect(try store.verify { _, _ in }.problems == [])
    }
}
