import LetterModel

/// Tells the language of a text by its small words; nil where they do not decide.
enum LanguageGuess {
    /// Longer texts say no more about their language.
    private static let maximumScalars = 20_000

    static func language(of text: String) -> String? {
        var counts: [String: Int] = [:]
        var wordCount = 0
        for word in text.unicodeScalars.prefix(maximumScalars).split(whereSeparator: { !isWordPart($0) }) {
            wordCount += 1
            guard word.count <= 20 else { continue }
            for language in languages[ByteKey(Words.key(String(word)))] ?? [] { counts[language, default: 0] += 1 }
        }
        if let script = scriptLanguage(text) { return script }
        let ranked = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        guard let best = ranked.first, best.value >= 3, best.value * 12 >= wordCount else { return nil }
        let second = ranked.dropFirst().first?.value ?? 0
        return best.value * 2 >= second * 3 ? best.key : nil
    }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.canonicalCombiningClass != .notReordered
    }

    /// Scripts that only one language uses.
    private static func scriptLanguage(_ text: String) -> String? {
        var counts: [String: Int] = [:]
        var total = 0
        for scalar in text.unicodeScalars.prefix(maximumScalars) where scalar.properties.isAlphabetic {
            total += 1
            switch scalar.value {
            case 0x0370...0x03FF: counts["el", default: 0] += 1
            case 0x0530...0x058F: counts["hy", default: 0] += 1
            case 0x0590...0x05FF: counts["he", default: 0] += 1
            case 0x10A0...0x10FF: counts["ka", default: 0] += 1
            case 0x3040...0x30FF: counts["ja", default: 0] += 1
            case 0x3400...0x9FFF: counts["zh", default: 0] += 1
            case 0xAC00...0xD7A3: counts["ko", default: 0] += 1
            default: break
            }
        }
        // Japanese writes most words with Chinese characters, and always some kana.
        if let kana = counts["ja"], kana * 10 > total { return "ja" }
        return counts.first { $0.value * 2 > total && $0.key != "ja" }?.key
    }

    private static let languages: [ByteKey: [String]] = {
        var result: [ByteKey: [String]] = [:]
        for (language, words) in smallWords {
            for word in Words.split(words) { result[ByteKey(word), default: []].append(language) }
        }
        return result
    }()

    private static let smallWords: [(String, String)] = [
        (
            "en",
            """
            the of and to a in that is was for it with as his on be at by i this had not are but from have you \
            which my we your our has been will i'm
            """
        ),
        (
            "de",
            """
            der die das und ist in zu den nicht von sie mit dem ich des ein eine auf für im es sich auch an wir \
            ihr ihnen haben wird dass daß
            """
        ),
        (
            "fr",
            """
            le la les de des et un une du en que qui dans pour est je vous nous au aux par sur ne pas ce cette \
            votre avec mon ma il elle
            """
        ),
        (
            "es",
            "el la los las de y que en un una por con para es su se del al lo no como más mi usted yo nos este esta"
        ),
        ("it", "il la di e che un una per con non sono del della le dei si in da mi lo gli al nel come questo suo ho"),
        ("pt", "o a os as de e que do da em um uma para com não por se na no dos das mais sua seu eu ao são"),
        ("nl", "de het een en van in dat is op te ik niet met voor zijn aan u die er ook maar we wij om naar"),
        ("pl", "i w na z do się nie że o jest to za po od dla ale jak przez są panu pan"),
        ("sv", "och att det som en på är av för med jag inte den till har om vi ett ni"),
        ("ru", "и в на не что с я по к из у за от для это как вы мы его он она так но быть был была вас наш ваш"),
        ("uk", "і в на не що з я по до із у за від для це як ви ми його він та але бути був вас наш є"),
        ("bg", "и в на не че с аз по към от за това как ви ние той тя да се е са"),
        ("az", "və bir bu ilə üçün olan da də ki biz sizin bizim mən öz kimi daha olaraq azərbaycan edir edirəm"),
        ("tr", "ve bir bu ile için olan da de ki biz sizin bizim ben çok gibi daha olarak türkiye ediyorum ederim"),
        ("la", "et in est non ad ut cum quod sed si qui ex a tibi me te quae etiam enim"),
        ("ar", "في من على إلى أن التي الذي هذا هذه مع عن كان لا ما قد وقد"),
        ("fa", "و در به از که را این با است برای آن یک شما ما می خود"),
    ]
}
