/** Pairs of English words of which one denies the other; each stands for its regular forms too. */
const pairs =
  'increase decrease|rise fall|more less|most least|high low|higher lower|highest lowest|large small|larger smaller|largest smallest|' +
  'big little|before after|begin end|start end|start stop|start finish|first last|earliest latest|early late|north south|northern southern|' +
  'east west|eastern western|win lose|won lost|allow forbid|allow prohibit|permit prohibit|accept reject|accept refuse|include exclude|' +
  'add remove|add delete|buy sell|open close|old new|older newer|oldest newest|inside outside|internal external|male female|men women|' +
  'man woman|major minor|maximum minimum|positive negative|support oppose|success failure|strong weak|stronger weaker|hot cold|rich poor|' +
  'private public|true false|always never|all none|many few|majority minority|best worst|better worse|good bad|easy difficult|simple complex|' +
  'fast slow|long short|longer shorter|longest shortest|wide narrow|thick thin|heavy light|near far|above below|top bottom|upper lower|' +
  'left right|create destroy|build destroy|gain lose|expand contract|attack defend|enter leave|arrive depart|ancient modern|rural urban|' +
  'peace war|victory defeat|encrypt decrypt|upload download|lock unlock|import export|enable disable|online offline|common rare|' +
  'cheap expensive|same different|present absent|birth death|born died|mother father|husband wife|son daughter|ally enemy|friend enemy|' +
  'safe dangerous|wet dry|full empty|temporary permanent|optional required|voluntary compulsory|partial total|solid liquid|odd even';
const opposites = pairs.split('|').map((pair) => pair.split(' '));
const endings = ['', 's', 'd', 'ed'];
const negated = /^(?:un|in|im|dis|non|ir|il)(?=\p{Ll}{4})/u;

/** Whether a word of the question has its opposite in the evidence while neither text has both: `inside` and `outside`, `known` and `unknown`. */
export function hasOpposite(question: string, evidence: string): boolean {
  const [asked, found] = [wordsOf(question), wordsOf(evidence)];
  return denies(asked, found) || denies(found, asked) || negates(asked, found) || negates(found, asked);
}

function denies(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return opposites.some(
    ([left = '', right = '']) => has(one, left) && !has(one, right) && has(other, right) && !has(other, left),
  );
}

function negates(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...one].some((word) => {
    const plain = word.replace(negated, '');
    return plain !== word && !other.has(word) && other.has(plain) && !one.has(plain);
  });
}

function has(words: ReadonlySet<string>, word: string): boolean {
  return endings.some((ending) => words.has(`${word}${ending}`));
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/\p{Ll}+/gu) ?? []);
}
