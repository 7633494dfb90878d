import LetterFormats
import LetterModel
import Testing

struct LanguageTests {
    @Test(arguments: [
        (
            "en",
            "I thank you for the letter that you have sent me, and for the book. It was a joy to read it in the garden."
        ),
        (
            "de",
            "Ich danke Ihnen für den Brief, den Sie mir geschrieben haben, und für das Buch. Es ist mir eine Freude."
        ),
        (
            "fr",
            "Je vous remercie de la lettre que vous avez bien voulu m'envoyer et du livre qui est pour moi une joie."
        ),
        (
            "es",
            "Le agradezco la carta que usted me ha enviado y el libro, que es para mí una alegría en los días de lluvia."
        ),
        (
            "it",
            "La ringrazio della lettera che mi ha inviato e del libro, che è per me una gioia nei giorni di pioggia."
        ),
        ("ru", "Благодарю вас за письмо и за книгу, которую вы мне послали. Я был рад, что вы здоровы и в Москве."),
        (
            "az",
            "Məktub və kitab üçün sizin qarşınızda borcluyam. Bu bir sevinc olaraq bizim üçün daha əzizdir və mən də razıyam."
        ),
        (
            "tr",
            "Mektup ve kitap için size teşekkür ederim. Bu bizim için çok büyük bir sevinç olarak kalacak ve ben de mutluyum."
        ),
        (
            "pt",
            "Agradeço a carta que me enviou e o livro, que é para mim uma alegria nos dias de chuva. Não esqueço a sua bondade."
        ),
        ("nl", "Ik dank u voor de brief die u mij hebt gestuurd en voor het boek. Het is een vreugde om in te lezen."),
        ("zh", "感谢您的来信和书籍。"), ("ja", "お手紙と本をありがとうございました。"), ("ko", "편지와 책을 보내 주셔서 감사합니다."),
        ("el", "Σας ευχαριστώ για το γράμμα και το βιβλίο."), ("he", "תודה על המכתב ועל הספר ששלחת לי."),
    ])
    func `the small words of a text tell its language`(language: String, text: String) throws {
        #expect(try Parsed.letter(text).language == language)
    }

    @Test func `a short text has the language of its greeting`() throws {
        #expect(try Parsed.letter("Sehr geehrter Herr Präsident,\n\nNein.").language == "de")
        #expect(try Parsed.letter("Muhterem Cumhurbaşkanım,\n\nHayır.").language == "tr")
        #expect(try Parsed.letter("Nein.\n\nHochachtungsvoll\n\nClara Weber").language == "de")
    }

    @Test func `where nothing tells the language, none is said`() throws {
        #expect(try Parsed.letter("12 34 56").language == nil)
        #expect(try Parsed.letter("Saluton! Mi dankas vin.").language == nil)
    }
}
