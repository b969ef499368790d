import type { Edge, Language, Words } from '../contract';
import { number, pages, size } from './numbers';

const edgeNames: Record<Language, Record<Edge, string>> = {
  en: { top: 'top', right: 'right', bottom: 'bottom', left: 'left' },
  fr: { top: 'haut', right: 'droite', bottom: 'bas', left: 'gauche' },
};

function edges(list: Edge[], language: Language): string {
  const names = list.map((edge) => edgeNames[language][edge]);
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(names);
}

function quoted(words: string, language: Language): string {
  return language === 'fr' ? `« ${words} »` : `“${words}”`;
}

/** What was found, what it does to the print, what can be done. One entry for every code. */
export const findingWords = {
  'page-count': (v: { found: number; min: number; max: number; multiple_of: number }): Words => ({
    en: `The file has ${v.found} ${v.found === 1 ? 'page' : 'pages'}; this product needs ${wanted(v, 'en')}. Please add or remove pages and send the file again.`,
    fr: `Le fichier compte ${v.found} ${v.found === 1 ? 'page' : 'pages'} ; ce produit en demande ${wanted(v, 'fr')}. Ajoutez ou retirez des pages et renvoyez le fichier.`,
  }),
  'wrong-size': (v: {
    pages: number[];
    width: number;
    height: number;
    trim_width: number;
    trim_height: number;
    bleed: number;
  }): Words => ({
    en: `${pages(v.pages, 'en')}: the page measures ${size(v.width, v.height, 'en')}; the product is ${size(v.trim_width, v.trim_height, 'en')}${withBleed(v, 'en')}. The shapes differ, so it would be distorted or cut. Please set the page to the size of the product and export again, or choose the product of your size.`,
    fr: `${pages(v.pages, 'fr')} : la page mesure ${size(v.width, v.height, 'fr')} ; le produit fait ${size(v.trim_width, v.trim_height, 'fr')}${withBleed(v, 'fr')}. Les proportions diffèrent : elle serait déformée ou coupée. Réglez la page au format du produit et exportez de nouveau, ou choisissez le produit à votre format.`,
  }),
  scaled: (v: { pages: number[]; percent: number; width: number; height: number }): Words => ({
    en: `${pages(v.pages, 'en')}: the page measures ${size(v.width, v.height, 'en')}, so we print it at ${number(v.percent, 'en')} % of its size to fit. Text and pictures become ${v.percent > 100 ? 'larger' : 'smaller'} by the same amount.`,
    fr: `${pages(v.pages, 'fr')} : la page mesure ${size(v.width, v.height, 'fr')} ; nous l'imprimons à ${number(v.percent, 'fr')} % de sa taille pour l'ajuster. Textes et images ${v.percent > 100 ? 'grandissent' : 'rapetissent'} d'autant.`,
  }),
  turned: (v: { pages: number[]; width: number; height: number }): Words => ({
    en: `${pages(v.pages, 'en')}: your page is ${v.width < v.height ? 'upright' : 'lying'} (${size(v.width, v.height, 'en')}), the other way from the product's usual layout. We keep it as you drew it; please check that front and back turn the way you expect.`,
    fr: `${pages(v.pages, 'fr')} : votre page est ${v.width < v.height ? 'en hauteur' : 'en largeur'} (${size(v.width, v.height, 'fr')}), à l'inverse de la disposition habituelle du produit. Nous la gardons telle quelle ; vérifiez que recto et verso se retournent comme vous le souhaitez.`,
  }),
  'mixed-directions': (v: { upright: number; lying: number }): Words => ({
    en: `${v.upright} ${v.upright === 1 ? 'page is' : 'pages are'} upright and ${v.lying} lying. Bound or printed on two sides, some will stand sideways. Please check that this is what you want.`,
    fr: `${v.upright} ${v.upright === 1 ? 'page est' : 'pages sont'} en hauteur et ${v.lying} en largeur. Reliées ou imprimées recto verso, certaines seront sur le côté. Vérifiez que c'est bien voulu.`,
  }),
  cropped: (v: { sides: number; ends: number }): Words => ({
    en: `The picture does not have the shape of the product. To cover it without distortion we lose ${lostWords(v, 'en')}. Please check on the proof that nothing important is cut.`,
    fr: `L'image n'a pas les proportions du produit. Pour le couvrir sans déformation, nous perdons ${lostWords(v, 'fr')}. Vérifiez sur l'épreuve que rien d'important n'est coupé.`,
  }),
  'bleed-missing': (v: { page: number; edges: Edge[]; bleed: number }): Words => ({
    en: `Page ${v.page}: the colour stops at the cut line (${edges(v.edges, 'en')}). Cutting is never exact to the hair, so a thin white edge may show. Let the background run ${number(v.bleed, 'en')} mm past the cut line, or accept the risk.`,
    fr: `Page ${v.page} : la couleur s'arrête au trait de coupe (${edges(v.edges, 'fr')}). La coupe n'est jamais exacte au cheveu près : un mince liseré blanc peut apparaître. Prolongez le fond de ${number(v.bleed, 'fr')} mm au-delà du trait de coupe, ou acceptez ce risque.`,
  }),
  'bleed-short': (v: { page: number; edges: Edge[]; found: number; bleed: number }): Words => ({
    en: `Page ${v.page}: the background runs only ${number(v.found, 'en')} mm past the cut line (${edges(v.edges, 'en')}) instead of ${number(v.bleed, 'en')} mm. A thin white edge may show where the cut is not exact. Please extend it, or accept the risk.`,
    fr: `Page ${v.page} : le fond ne dépasse le trait de coupe que de ${number(v.found, 'fr')} mm (${edges(v.edges, 'fr')}) au lieu de ${number(v.bleed, 'fr')} mm. Un mince liseré blanc peut apparaître si la coupe n'est pas exacte. Prolongez-le, ou acceptez ce risque.`,
  }),
  'bleed-mirrored': (v: { page: number; edges: Edge[] }): Words => ({
    en: `Page ${v.page}: the background stopped at the cut line, so its edge is mirrored into the bleed (${edges(v.edges, 'en')}). Inside the cut nothing has changed.`,
    fr: `Page ${v.page} : le fond s'arrêtait au trait de coupe ; son bord est reproduit en miroir dans le fond perdu (${edges(v.edges, 'fr')}). Rien n'a changé à l'intérieur de la coupe.`,
  }),
  'page-scaled': (v: { pages: number[]; percent: number; how: 'fill' | 'whole' }): Words => ({
    en: `${pages(v.pages, 'en')}: printed at ${number(v.percent, 'en')} % of its size ${v.how === 'fill' ? 'to fill the piece; what is over is cut off evenly' : 'so that all of it stays on the piece'}.`,
    fr: `${pages(v.pages, 'fr')} : imprimé à ${number(v.percent, 'fr')} % de sa taille ${v.how === 'fill' ? 'pour remplir le format ; ce qui dépasse est coupé également de chaque côté' : 'pour que tout tienne dans le format'}.`,
  }),
  'page-turned': (v: { pages: number[]; direction: 'right' | 'left' }): Words => ({
    en: `${pages(v.pages, 'en')}: turned a quarter to the ${v.direction}, so that it lies like the product.`,
    fr: `${pages(v.pages, 'fr')} : tourné d'un quart vers la ${v.direction === 'right' ? 'droite' : 'gauche'}, dans le sens du produit.`,
  }),
  'colours-converted': (v: { profile: string }): Words => ({
    en: `Screen colours were converted to printing inks (${v.profile}); the proof shows the outcome.`,
    fr: `Les couleurs d'écran ont été converties en encres d'impression (${v.profile}) ; l'épreuve montre le résultat.`,
  }),
  'low-resolution': (v: { page: number; ppi: number; warn: number; pictures: number }): Words => ({
    en: `Page ${v.page}: ${somePictures(v.pictures, 'en')} at ${number(v.ppi, 'en', 0)} ppi and may look slightly blurred (sharp from ${number(v.warn, 'en', 0)} ppi). Use a larger original if you have one.`,
    fr: `Page ${v.page} : ${somePictures(v.pictures, 'fr')} à ${number(v.ppi, 'fr', 0)} ppp et peut paraître un peu floue (nette à partir de ${number(v.warn, 'fr', 0)} ppp). Prenez un original plus grand si vous en avez un.`,
  }),
  'resolution-too-low': (v: { page: number; ppi: number; block: number; pictures: number }): Words => ({
    en: `Page ${v.page}: ${somePictures(v.pictures, 'en')} at only ${number(v.ppi, 'en', 0)} ppi and would look blurred or blocky; this product needs more than ${number(v.block, 'en', 0)} ppi. Please use the original picture instead of a copy from a web page or a message.`,
    fr: `Page ${v.page} : ${somePictures(v.pictures, 'fr')} à ${number(v.ppi, 'fr', 0)} ppp seulement et paraîtrait floue ou pixelisée ; ce produit demande plus de ${number(v.block, 'fr', 0)} ppp. Prenez l'image d'origine plutôt qu'une copie tirée du web ou d'un message.`,
  }),
  'font-not-embedded': (v: { pages: number[]; fonts: string }): Words => ({
    en: `${pages(v.pages, 'en')}: the file does not carry its lettering (${v.fonts}), so we would print it in another typeface. Please export again with fonts embedded, or turn the text into outlines.`,
    fr: `${pages(v.pages, 'fr')} : le fichier ne contient pas ses polices (${v.fonts}) et nous imprimerions dans un autre caractère. Exportez de nouveau en incorporant les polices, ou vectorisez le texte.`,
  }),
  'standard-font-not-embedded': (v: { pages: number[]; fonts: string }): Words => ({
    en: `${pages(v.pages, 'en')}: ${v.fonts} is not inside the file; we use a look-alike, so letters may differ a little from your screen. Please check the lettering on the proof, or export again with fonts embedded.`,
    fr: `${pages(v.pages, 'fr')} : ${v.fonts} n'est pas dans le fichier ; nous prenons un caractère très proche et les lettres peuvent différer un peu de votre écran. Vérifiez-les sur l'épreuve, ou exportez de nouveau en incorporant les polices.`,
  }),
  'rgb-colours': (): Words => ({
    en: 'The file uses screen colours (RGB). They are converted to printing inks; very bright greens, blues and oranges become a little calmer.',
    fr: "Le fichier utilise des couleurs d'écran (RVB). Elles sont converties en encres ; les verts, bleus et oranges très vifs deviennent un peu plus doux.",
  }),
  'soft-proof': (v: { profile: string; source: 'artwork' | 'shop' }): Words => ({
    en: `Printing inks are shown ${v.source === 'artwork' ? 'as the colour profile in your file describes them' : 'as our press prints them'} (${v.profile}). A screen shines and paper does not, so the print may look a little calmer.`,
    fr: `Les encres sont montrées ${v.source === 'artwork' ? 'selon le profil de couleur de votre fichier' : 'telles que notre presse les imprime'} (${v.profile}). Un écran brille, le papier non : l'impression peut paraître un peu plus douce.`,
  }),
  'colours-approximate': (): Words => ({
    en: 'Some printing inks in the file could not be shown as the press prints them; the proof shows them as an ordinary viewer does, so their shade may differ more than usual. Please tell us if an exact colour matters.',
    fr: "Certaines encres du fichier n'ont pas pu être montrées telles que la presse les imprime ; l'épreuve les présente comme une visionneuse ordinaire et leur teinte peut s'écarter plus que d'habitude. Dites-nous si une couleur exacte compte pour vous.",
  }),
  'spot-colours': (v: { names: string; count: number }): Words => ({
    en: `The file names ${v.count === 1 ? 'a special ink' : 'special inks'} (${v.names}). We imitate ${v.count === 1 ? 'it' : 'them'} with the four process inks, so the shade may differ from the swatch book.`,
    fr: `Le fichier nomme ${v.count === 1 ? 'un ton direct' : 'des tons directs'} (${v.names}). Nous ${v.count === 1 ? "l'imitons" : 'les imitons'} avec les quatre encres de quadrichromie : la teinte peut s'écarter du nuancier.`,
  }),
  'colour-in-black': (v: { page: number }): Words => ({
    en: `Page ${v.page} contains colours, but this product prints in one ink. Everything becomes that ink, and pale colours may vanish. Please send black artwork to be sure of the result.`,
    fr: `La page ${v.page} contient des couleurs, alors que ce produit s'imprime avec une seule encre. Tout prendra cette encre et les teintes claires peuvent disparaître. Envoyez une création en noir pour être sûr du résultat.`,
  }),
  transparency: (): Words => ({
    en: 'The file uses see-through effects. They are flattened for the press; the proof shows the result.',
    fr: "Le fichier utilise des transparences. Elles sont aplaties pour l'impression ; l'épreuve montre le résultat.",
  }),
  'line-too-thin': (v: { page: number; width: number; least: number }): Words => ({
    en: `Page ${v.page}: a line is only ${number(v.width, 'en', 3)} pt thick. Below ${number(v.least, 'en', 3)} pt no press holds it: it would be missing or broken. Please make it at least 0.25 pt thick and export again.`,
    fr: `Page ${v.page} : un filet ne fait que ${number(v.width, 'fr', 3)} pt d'épaisseur. En dessous de ${number(v.least, 'fr', 3)} pt, aucune presse ne le tient : il manquerait ou serait rompu. Donnez-lui au moins 0,25 pt et exportez de nouveau.`,
  }),
  'delicate-lines': (v: { page: number; width: number; least: number; is_white: 'yes' | 'no' }): Words => ({
    en: `Page ${v.page}: a ${v.is_white === 'yes' ? 'white line' : 'line of several inks'} is only ${number(v.width, 'en', 3)} pt thick. ${v.is_white === 'yes' ? 'The ink around it may fill it in.' : 'The smallest shift between the inks gives it a coloured edge.'} Please make it at least ${number(v.least, 'en', 2)} pt thick${v.is_white === 'yes' ? '' : ' or set it in one ink'}.`,
    fr: `Page ${v.page} : un filet ${v.is_white === 'yes' ? 'blanc' : 'de plusieurs encres'} ne fait que ${number(v.width, 'fr', 3)} pt d'épaisseur. ${v.is_white === 'yes' ? "L'encre voisine peut le boucher." : 'Le moindre décalage entre les encres lui donne un bord coloré.'} Donnez-lui au moins ${number(v.least, 'fr', 2)} pt${v.is_white === 'yes' ? '' : ' ou une seule encre'}.`,
  }),
  'small-white-text': (v: { page: number; size: number; least: number }): Words => ({
    en: `Page ${v.page}: white letters are only ${number(v.size, 'en')} pt high, and the ink around them may fill them in. Please set them in at least ${number(v.least, 'en')} pt, or accept the risk.`,
    fr: `Page ${v.page} : des lettres blanches ne font que ${number(v.size, 'fr')} pt et l'encre voisine peut les boucher. Composez-les en ${number(v.least, 'fr')} pt au moins, ou acceptez ce risque.`,
  }),
  'small-mixed-text': (v: { page: number; size: number; least: number }): Words => ({
    en: `Page ${v.page}: letters of only ${number(v.size, 'en')} pt are mixed from several inks. The smallest shift between the inks blurs them. Please set them in one ink or in at least ${number(v.least, 'en')} pt, or accept the risk.`,
    fr: `Page ${v.page} : des lettres de ${number(v.size, 'fr')} pt seulement mêlent plusieurs encres. Le moindre décalage entre les encres les rend floues. Composez-les en une seule encre ou en ${number(v.least, 'fr')} pt au moins, ou acceptez ce risque.`,
  }),
  'rich-black-text': (v: { page: number; size: number; least: number }): Words => ({
    en: `Page ${v.page}: black letters of ${number(v.size, 'en')} pt are mixed from several inks. Below ${number(v.least, 'en')} pt the smallest shift gives them a coloured edge. Please set small black text in black ink alone, or accept the risk.`,
    fr: `Page ${v.page} : des lettres noires de ${number(v.size, 'fr')} pt mêlent plusieurs encres. En dessous de ${number(v.least, 'fr')} pt, le moindre décalage leur donne un bord coloré. Composez les petits textes noirs avec la seule encre noire, ou acceptez ce risque.`,
  }),
  'heavy-black-text': (v: { page: number; found: number; limit: number }): Words => ({
    en: `Page ${v.page}: black letters carry ${number(v.found, 'en', 0)} % ink; above ${number(v.limit, 'en', 0)} % they dry slowly and may smear. Please choose a lighter black, or accept the risk.`,
    fr: `Page ${v.page} : des lettres noires portent ${number(v.found, 'fr', 0)} % d'encre ; au-delà de ${number(v.limit, 'fr', 0)} %, elles sèchent lentement et peuvent maculer. Choisissez un noir plus léger, ou acceptez ce risque.`,
  }),
  'white-overprint': (v: { page: number; what: 'text' | 'shape' }): Words => ({
    en: `Page ${v.page}: white ${v.what === 'text' ? 'letters are' : 'shapes are'} set to overprint. White is no ink, so nothing of them will be printed; the proof shows the page without them. If you want to see them, switch overprint off and export again.`,
    fr: `Page ${v.page} : ${v.what === 'text' ? 'des lettres blanches sont' : 'des formes blanches sont'} en surimpression. Le blanc n'est pas une encre : rien n'en sera imprimé, et l'épreuve montre la page sans elles. Si vous voulez les voir, désactivez la surimpression et exportez de nouveau.`,
  }),
  'overprint-imitated': (): Words => ({
    en: 'Some inks are set to print over others. The proof imitates it by mixing both colours as light through two films; the printed shade may differ a little.',
    fr: "Certaines encres sont réglées en surimpression. L'épreuve l'imite en mêlant les deux couleurs comme la lumière à travers deux films ; la teinte imprimée peut s'en écarter un peu.",
  }),
  'die-line': (v: { names: string }): Words => ({
    en: `The line in the ink “${v.names}” tells where the piece is cut. It is not printed, although the proof shows it. Please check that it runs where you want the cut.`,
    fr: `Le tracé dans l'encre « ${v.names} » indique la découpe. Il ne s'imprime pas, bien que l'épreuve le montre. Vérifiez qu'il passe là où vous voulez couper.`,
  }),
  'die-line-unasked': (v: { names: string }): Words => ({
    en: `The file holds a line for cutting or folding (“${v.names}”), but this product is cut straight. As it is, the line would be printed. Please remove it, or ask us for a cut to shape.`,
    fr: `Le fichier contient un tracé de découpe ou de pli (« ${v.names} »), alors que ce produit est coupé droit. Tel quel, le tracé serait imprimé. Retirez-le, ou demandez-nous une découpe à la forme.`,
  }),
  'die-line-missing': (): Words => ({
    en: 'This product is cut to a shape, but the file holds no cutting line. Please add one as a line in a special ink named “CutContour”, or accept that we cut along the edge of the finished size.',
    fr: 'Ce produit est découpé à la forme, mais le fichier ne contient pas de tracé de découpe. Ajoutez-en un, dans un ton direct nommé « CutContour », ou acceptez que nous coupions au bord du format fini.',
  }),
  'white-ink': (v: { names: string }): Words => ({
    en: `The ink “${v.names}” is printed as white under or over the other inks. A screen cannot show it: the proof draws it in the colour that the file gives it.`,
    fr: `L'encre « ${v.names} » s'imprime en blanc, sous ou sur les autres. Un écran ne peut pas la montrer : l'épreuve la dessine dans la couleur que le fichier lui donne.`,
  }),
  'white-ink-unasked': (v: { names: string }): Words => ({
    en: `The file asks for white ink (“${v.names}”), which this product does not have. It would be printed in the colour that stands for it, or vanish. Please remove it, or ask us for a product with white ink.`,
    fr: `Le fichier demande une encre blanche (« ${v.names} »), que ce produit n'a pas. Elle s'imprimerait dans sa couleur de substitution, ou disparaîtrait. Retirez-la, ou demandez-nous un produit avec encre blanche.`,
  }),
  'finishing-ink': (v: { names: string }): Words => ({
    en: `The ink “${v.names}” marks the varnish, the foil or the relief. A screen cannot show how it shines: the proof draws it as a flat colour.`,
    fr: `L'encre « ${v.names} » marque le vernis, la dorure ou le relief. Un écran ne peut pas en montrer l'éclat : l'épreuve la dessine en aplat.`,
  }),
  'finishing-ink-unasked': (v: { names: string }): Words => ({
    en: `The file marks a varnish, a foil or a relief (“${v.names}”), which is not part of your order. As it is, the mark would be printed as a flat colour. Please remove it, or choose that finishing.`,
    fr: `Le fichier marque un vernis, une dorure ou un relief (« ${v.names} »), qui ne fait pas partie de votre commande. Tel quel, ce repère s'imprimerait en aplat. Retirez-le, ou choisissez cette finition.`,
  }),
  'number-in-artwork': (v: { page: number; words: string }): Words => ({
    en: `Page ${v.page}: “${v.words}” looks like a running number, but we print the numbers ourselves. It would appear on every sheet beside ours. Please remove it and leave its place free, or accept it as it is.`,
    fr: `Page ${v.page} : « ${v.words} » ressemble à un numéro courant, alors que nous imprimons la numérotation nous-mêmes. Il figurerait sur chaque feuillet à côté du nôtre. Retirez-le en laissant sa place libre, ou acceptez-le tel quel.`,
  }),
  'every-ink': (v: { page: number }): Words => ({
    en: `Page ${v.page}: something is drawn in the colour of crop marks, which prints with every ink at once. It would lie too thick and dry badly. Please use plain black instead.`,
    fr: `Page ${v.page} : un élément utilise la couleur des repères de coupe, imprimée avec toutes les encres à la fois. La couche serait trop épaisse et sécherait mal. Utilisez plutôt un noir simple.`,
  }),
  overprint: (): Words => ({
    en: 'Some inks are set to print over others. The proof shows them as on screen; mixed colours may come out darker in print.',
    fr: "Certaines encres sont réglées en surimpression. L'épreuve les montre comme à l'écran ; les couleurs mêlées peuvent être plus foncées à l'impression.",
  }),
  annotations: (v: { count: number }): Words => ({
    en: `The file carries ${v.count} ${v.count === 1 ? 'comment or stamp' : 'comments or stamps'}. Comments are not printed, and the proof leaves them out.`,
    fr: `Le fichier porte ${v.count} ${v.count === 1 ? 'commentaire ou tampon' : 'commentaires ou tampons'}. Les commentaires ne s'impriment pas et l'épreuve ne les montre pas.`,
  }),
  'form-fields': (v: { count: number }): Words => ({
    en: `The file is a form with ${v.count} ${v.count === 1 ? 'field' : 'fields'}. What was typed into fields is not printed; flatten the form first if you want it on paper.`,
    fr: `Le fichier est un formulaire de ${v.count} ${v.count === 1 ? 'champ' : 'champs'}. Ce qui est saisi dans les champs ne s'imprime pas ; aplatissez d'abord le formulaire si vous le voulez sur papier.`,
  }),
  scripts: (v: { count: number }): Words => ({
    en: `The file holds ${v.count} ${v.count === 1 ? 'script' : 'scripts'}. Paper cannot run them, nor do we: they are left out.`,
    fr: `Le fichier contient ${v.count} ${v.count === 1 ? 'script' : 'scripts'}. Le papier ne peut pas les exécuter, et nous non plus : ils sont écartés.`,
  }),
  attachments: (v: { count: number }): Words => ({
    en: `The file carries ${v.count} attached ${v.count === 1 ? 'file' : 'files'}, which ${v.count === 1 ? 'is' : 'are'} not printed.`,
    fr: `Le fichier transporte ${v.count} ${v.count === 1 ? 'pièce jointe, qui ne s’imprime pas' : 'pièces jointes, qui ne s’impriment pas'}.`,
  }),
  'hidden-layers': (v: { count: number }): Words => ({
    en: `${v.count} ${v.count === 1 ? 'layer is' : 'layers are'} switched off in the file and not printed. Please check on the proof that nothing is missing.`,
    fr: `${v.count} ${v.count === 1 ? 'calque est masqué et ne s’imprime pas' : 'calques sont masqués et ne s’impriment pas'}. Vérifiez sur l'épreuve qu'il ne manque rien.`,
  }),
  'blank-page': (v: { page: number }): Words => ({
    en: `Page ${v.page} is blank and will be printed as an empty page. Is that what you want?`,
    fr: `La page ${v.page} est vide et sera imprimée blanche. Est-ce bien voulu ?`,
  }),
  'text-near-cut': (v: { page: number; words: string; safe: number; distance: number }): Words => ({
    en: `Page ${v.page}: ${quoted(v.words, 'en')} ${nearness(v.distance, 'en')}, closer than ${number(v.safe, 'en')} mm. It may be cut into or look off-centre. Please move it inwards, or accept the risk.`,
    fr: `Page ${v.page} : ${quoted(v.words, 'fr')} ${nearness(v.distance, 'fr')}, à moins de ${number(v.safe, 'fr')} mm. Le texte peut être entamé ou paraître décentré. Éloignez-le du bord, ou acceptez ce risque.`,
  }),
  'thin-lines': (v: { page: number; width: number; least: number }): Words => ({
    en: `Page ${v.page}: a line is only ${number(v.width, 'en', 2)} pt thick and may break up or vanish in print. Please make lines at least ${number(v.least, 'en', 2)} pt thick.`,
    fr: `Page ${v.page} : un filet ne fait que ${number(v.width, 'fr', 2)} pt d'épaisseur et peut se rompre ou disparaître à l'impression. Prévoyez au moins ${number(v.least, 'fr', 2)} pt.`,
  }),
  'no-text': (v: { pages: number[] }): Words => ({
    en: `${pages(v.pages, 'en')}: the words are part of a picture or drawn as shapes, so we cannot list them. Please read them on the proof itself.`,
    fr: `${pages(v.pages, 'fr')} : les mots font partie d'une image ou sont vectorisés ; nous ne pouvons pas les énumérer. Relisez-les sur l'épreuve même.`,
  }),
  'partly-read': (): Words => ({
    en: 'The file opens and draws, but part of its structure cannot be read, so colours and comments were not checked. Please look at the proof with care.',
    fr: "Le fichier s'ouvre et se trace, mais une partie de sa structure est illisible : couleurs et commentaires n'ont pas été contrôlés. Regardez l'épreuve avec attention.",
  }),
  'owner-password': (): Words => ({
    en: 'The file restricts editing or printing. By sending it to be printed you confirm that you may have it printed.',
    fr: "Le fichier restreint la modification ou l'impression. En l'envoyant à l'impression, vous confirmez en avoir le droit.",
  }),
  'outside-references': (v: { count: number }): Words => ({
    en: `The drawing points to ${v.count} ${v.count === 1 ? 'picture or typeface' : 'pictures or typefaces'} outside the file, which we never fetch. ${v.count === 1 ? 'It is' : 'They are'} missing from the proof; please embed ${v.count === 1 ? 'it' : 'them'} or export as PDF.`,
    fr: `Le dessin renvoie à ${v.count} ${v.count === 1 ? 'image ou police' : 'images ou polices'} hors du fichier, que nous n'allons jamais chercher. ${v.count === 1 ? 'Elle manque' : 'Elles manquent'} sur l'épreuve ; ${v.count === 1 ? 'intégrez-la' : 'intégrez-les'} ou exportez en PDF.`,
  }),
  'live-text-in-drawing': (v: { fonts: string }): Words => ({
    en: `The drawing contains text without its typeface${v.fonts ? ` (${v.fonts})` : ''}, so we set it in the nearest one that we have and letters may differ from your screen. Please check them on the proof, or turn the text into outlines.`,
    fr: `Le dessin contient du texte sans sa police${v.fonts ? ` (${v.fonts})` : ''} : nous prenons la plus proche que nous ayons et les lettres peuvent différer de votre écran. Vérifiez-les sur l'épreuve, ou vectorisez le texte.`,
  }),
  'courier-font': (v: { pages: number[]; fonts: string }): Words => ({
    en: `${pages(v.pages, 'en')}: some text is set in ${v.fonts}, which programs often put in when they miss a typeface. If you did not choose it, please put the right typeface back and export again.`,
    fr: `${pages(v.pages, 'fr')} : du texte est composé en ${v.fonts}, que les logiciels mettent souvent à la place d'une police manquante. Si vous ne l'avez pas choisie, remettez la bonne police et exportez de nouveau.`,
  }),
  'content-near-cut': (v: { page: number; safe: number; distance: number }): Words => ({
    en: `Page ${v.page}: something ${nearness(v.distance, 'en')}, closer than ${number(v.safe, 'en')} mm. It may be cut into or leave an uneven edge. Please move it inwards, or accept the risk.`,
    fr: `Page ${v.page} : un élément ${nearness(v.distance, 'fr')}, à moins de ${number(v.safe, 'fr')} mm. Il peut être entamé ou laisser un bord inégal. Éloignez-le du bord, ou acceptez ce risque.`,
  }),
  'no-trim-box': (v: { rule: 'exact' | 'exact-with-bleed' | 'scaled'; bleed: number }): Words => ({
    en: `The file does not say where the piece is cut. ${trimRule(v, 'en')} Please check the red line on the proof.`,
    fr: `Le fichier ne dit pas où couper. ${trimRule(v, 'fr')} Vérifiez le trait rouge sur l'épreuve.`,
  }),
  spreads: (v: { pages: number[]; width: number; height: number }): Words => ({
    en: `${pages(v.pages, 'en')}: two pages stand side by side (${size(v.width, v.height, 'en')}). We arrange pages for the fold ourselves and need them one by one. Please export single pages instead of spreads.`,
    fr: `${pages(v.pages, 'fr')} : deux pages sont côte à côte (${size(v.width, v.height, 'fr')}). Nous les disposons nous-mêmes pour le pli et il nous les faut une par une. Exportez des pages simples au lieu de planches.`,
  }),
  'print-standard': (v: { standard: string; intent: string }): Words => ({
    en: `The file was made for print as ${v.standard}${v.intent ? `, for “${v.intent}”` : ''}.`,
    fr: `Le fichier a été préparé pour l'impression en ${v.standard}${v.intent ? `, pour « ${v.intent} »` : ''}.`,
  }),
  'ink-limit': (v: { page: number; found: number; limit: number }): Words => ({
    en: `Page ${v.page}: the dark areas carry ${number(v.found, 'en', 0)} % ink where the paper takes ${number(v.limit, 'en', 0)} %. Such areas dry slowly and may smear or mark the next sheet; a lighter black avoids it.`,
    fr: `Page ${v.page} : les zones foncées portent ${number(v.found, 'fr', 0)} % d'encre alors que le papier en accepte ${number(v.limit, 'fr', 0)} %. Elles sèchent lentement et peuvent maculer ; un noir plus léger l'évite.`,
  }),
  'drawn-smaller': (v: { dpi: number }): Words => ({
    en: `The piece is so large that the proof shows it at ${number(v.dpi, 'en', 0)} dots per inch. The print itself uses your full file.`,
    fr: `La pièce est si grande que l'épreuve la montre à ${number(v.dpi, 'fr', 0)} points par pouce. L'impression utilise votre fichier entier.`,
  }),
};

export type FindingCode = keyof typeof findingWords;

function trimRule(
  v: { rule: 'exact' | 'exact-with-bleed' | 'scaled'; bleed: number },
  language: Language,
): string {
  const mm = number(v.bleed, language);
  if (language === 'fr') {
    return {
      exact: 'La page a le format du produit : nous la coupons à son bord.',
      'exact-with-bleed': `La page a le format du produit plus ${mm} mm par côté : nous coupons ces ${mm} mm.`,
      scaled: 'La page a les proportions du produit : nous la mettons à son format.',
    }[v.rule];
  }
  return {
    exact: 'The page has the size of the product, so we cut at its edge.',
    'exact-with-bleed': `The page has the size of the product plus ${mm} mm on each side, so we cut these ${mm} mm off.`,
    scaled: 'The page has the shape of the product, so we bring it to its size.',
  }[v.rule];
}

function wanted(v: { min: number; max: number; multiple_of: number }, language: Language): string {
  const range = {
    en: v.min === v.max ? `${v.min}` : `${v.min} to ${v.max}`,
    fr: v.min === v.max ? `${v.min}` : `de ${v.min} à ${v.max}`,
  }[language];
  if (v.multiple_of <= 1) return range;
  return language === 'fr'
    ? `${range}, par multiples de ${v.multiple_of}`
    : `${range}, in multiples of ${v.multiple_of}`;
}

function withBleed(v: { bleed: number }, language: Language): string {
  if (v.bleed === 0) return '';
  const mm = number(v.bleed, language);
  return language === 'fr'
    ? ` (plus ${mm} mm de fond perdu par côté)`
    : ` (plus ${mm} mm of bleed on each side)`;
}

function lostWords(v: { sides: number; ends: number }, language: Language): string {
  const isSides = v.sides >= v.ends;
  const mm = number(Math.max(v.sides, v.ends), language);
  if (language === 'fr') return isSides ? `${mm} mm à gauche et à droite` : `${mm} mm en haut et en bas`;
  return isSides ? `${mm} mm on the left and on the right` : `${mm} mm at the top and at the bottom`;
}

function somePictures(count: number, language: Language): string {
  if (language === 'fr') {
    return count === 1
      ? "une image s'imprime"
      : `${count} images sont trop petites ; la plus faible s'imprime`;
  }
  return count === 1 ? 'a picture prints' : `${count} pictures are too small; the weakest prints`;
}

function nearness(distance: number, language: Language): string {
  if (distance <= 0) return language === 'fr' ? 'touche le trait de coupe' : 'touches the cut line';
  const mm = number(distance, language);
  return language === 'fr' ? `est à ${mm} mm du trait de coupe` : `stands ${mm} mm from the cut line`;
}
