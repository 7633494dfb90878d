import LetterModel

/// The names of months in the languages of letters, in lower case, with the cases that follow a day and common short
/// forms.
enum MonthWords {
    /// The month of a name, 1 to 12; nil for any other word.
    static func month(of word: String) -> Int? {
        months[ByteKey(Words.key(word))]
    }

    private static let months: [ByteKey: Int] = {
        var result: [ByteKey: Int] = [:]
        for (index, words) in names.enumerated() {
            for word in Words.split(words) { result[ByteKey(word)] = index + 1 }
        }
        return result
    }()

    /// One line of words a month: en de fr es it pt nl la | ru uk bg pl cs hr | az tr | sv fi hu ro | el | ar fa he |
    /// hy ka.
    private static let names = [
        """
        january jan januar jänner janvier janv enero gennaio janeiro januari januarii ianuarii \
        января январь янв січня януари stycznia styczeń ledna siječnja yanvar ocak tammikuuta január január ianuarie \
        ιανουαρίου ιανουάριος يناير ژانویه ינואר հունվարի იანვარი
        """,
        """
        february feb februar février févr fév febrero febbraio fevereiro februari februarii \
        февраля февраль фев лютого февруари lutego luty února veljače fevral şubat helmikuuta február februarie \
        φεβρουαρίου φεβρουάριος فبراير فوریه פברואר փետրվարի თებერვალი
        """,
        """
        march mar märz maerz mars marzo março maart martii \
        марта март березня marca marzec března ožujka mart maaliskuuta március martie \
        μαρτίου μάρτιος مارس מרץ մարտի მარტი
        """,
        """
        april apr avril avr abril aprile abril aprilis \
        апреля апрель апр квітня април kwietnia kwiecień dubna travnja aprel nisan huhtikuuta április aprilie \
        απριλίου απρίλιος أبريل ابريل آوریل אפריל ապրիլի აპრილი
        """,
        """
        may mai mayo maggio maio mei maii maij \
        мая май травня maja května svibnja toukokuuta május mayıs maj \
        μαΐου μαΐος μάιος مايو مه מאי մայիսի მაისი
        """,
        """
        june jun juni juin junio giugno junho junii iunii \
        июня июнь червня юни czerwca czerwiec června lipnja iyun haziran kesäkuuta június iunie \
        ιουνίου ιούνιος يونيو ژوئن יוני հունիսի ივნისი
        """,
        """
        july jul juli juillet juil julio luglio julho julii iulii \
        июля июль липня юли lipca lipiec července srpnja iyul temmuz heinäkuuta július iulie \
        ιουλίου ιούλιος يوليو ژوئیه יולי հուլիսի ივლისი
        """,
        """
        august aug août aout agosto augustus augusti \
        августа август авг серпня sierpnia sierpień srpna kolovoza avqust ağustos elokuuta augusztus \
        αυγούστου αύγουστος أغسطس اغسطس اوت אוגוסט օգոստոսի აგვისტო
        """,
        """
        september sept sep septembre septiembre settembre setembro septembris \
        сентября сентябрь сен сент вересня септември września wrzesień září rujna sentyabr eylül syyskuuta szeptember \
        septembrie σεπτεμβρίου σεπτέμβριος سبتمبر سپتامبر ספטמבר սեպտեմբերի სექტემბერი
        """,
        """
        october oct oktober okt octobre octubre ottobre outubro octobris \
        октября октябрь окт жовтня октомври października październik října listopada oktyabr ekim lokakuuta október \
        octombrie οκτωβρίου οκτώβριος أكتوبر اكتوبر اکتبر אוקטובר հոկտեմբերի ოქტომბერი
        """,
        """
        november nov novembre noviembre novembro novembris \
        ноября ноябрь ноя листопада ноември listopad listopadu studenoga noyabr kasım marraskuuta noiembrie \
        νοεμβρίου νοέμβριος نوفمبر نوامبر נובמבר նոյեմբերի ნოემბერი
        """,
        """
        december dec dezember dez décembre déc diciembre dicembre dezembro decembris \
        декабря декабрь дек грудня декември grudnia grudzień prosince prosinca dekabr aralık joulukuuta decembrie \
        δεκεμβρίου δεκέμβριος ديسمبر دسامبر דצמבר դեկտեմբերի დეკემბერი
        """,
    ]
}
