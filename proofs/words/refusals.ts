import type { Words } from '../contract';
import { number, size } from './numbers';

type Format =
  | 'heic'
  | 'office'
  | 'photoshop'
  | 'postscript'
  | 'indesign'
  | 'web-picture'
  | 'archive'
  | 'other';

// What to export instead, by what the file turned out to be.
const advice: Record<Format, Words> = {
  heic: {
    en: 'This is a HEIC photo, which we cannot open. Please send it as a JPEG: on an iPhone, share it by e-mail or choose "Most compatible" in the camera settings.',
    fr: "C'est une photo HEIC, que nous ne pouvons pas ouvrir. Envoyez-la en JPEG : sur iPhone, partagez-la par e-mail ou choisissez « Le plus compatible » dans les réglages de l'appareil photo.",
  },
  office: {
    en: 'This is an office document or an archive, whose layout changes from one computer to another. Please use "Save as PDF" in your program and send us the PDF.',
    fr: "C'est un document bureautique ou une archive, dont la mise en page change d'un ordinateur à l'autre. Utilisez « Enregistrer au format PDF » dans votre logiciel et envoyez-nous le PDF.",
  },
  photoshop: {
    en: 'This is a Photoshop working file. Please use "Save a copy" as PDF or TIFF and send us that copy.',
    fr: "C'est un fichier de travail Photoshop. Utilisez « Enregistrer une copie » en PDF ou en TIFF et envoyez-nous cette copie.",
  },
  postscript: {
    en: 'This is a PostScript, EPS or older Illustrator file. Please export it as PDF (PDF/X-4 if your program offers it) and send us the PDF.',
    fr: "C'est un fichier PostScript, EPS ou un ancien fichier Illustrator. Exportez-le en PDF (PDF/X-4 si votre logiciel le propose) et envoyez-nous le PDF.",
  },
  indesign: {
    en: 'This is an InDesign working file. Please export it as PDF (PDF/X-4, with bleed) and send us the PDF.',
    fr: "C'est un fichier de travail InDesign. Exportez-le en PDF (PDF/X-4, avec fond perdu) et envoyez-nous le PDF.",
  },
  'web-picture': {
    en: 'This is a picture made for web pages (GIF, WebP or AVIF). Please send the original as PDF, TIFF, PNG or JPEG.',
    fr: "C'est une image prévue pour le web (GIF, WebP ou AVIF). Envoyez l'original en PDF, TIFF, PNG ou JPEG.",
  },
  archive: {
    en: 'This is a compressed archive. Please unpack it and send us the PDF or the picture that is inside.',
    fr: "C'est une archive compressée. Décompressez-la et envoyez-nous le PDF ou l'image qu'elle contient.",
  },
  other: {
    en: 'We cannot tell what kind of file this is. Please export your artwork as PDF, or send a JPEG, PNG, TIFF or SVG picture.',
    fr: 'Nous ne reconnaissons pas ce type de fichier. Exportez votre création en PDF, ou envoyez une image JPEG, PNG, TIFF ou SVG.',
  },
};

/** One sentence or two for every reason why a file cannot become a proof, whatever the product. */
export const refusals = {
  'empty-file': (): Words => ({
    en: 'The file is empty (0 bytes). It was probably cut off while it was saved or sent: please export it again and send it once more.',
    fr: "Le fichier est vide (0 octet). L'enregistrement ou l'envoi a sans doute été interrompu : exportez-le de nouveau et renvoyez-le.",
  }),
  'file-too-big': (v: { megabytes: number; limit: number }): Words => ({
    en: `The file weighs ${number(v.megabytes, 'en', 0)} MB; we can take up to ${number(v.limit, 'en', 0)} MB. Please export it with pictures at 300 ppi, or ask us for another way to send it.`,
    fr: `Le fichier pèse ${number(v.megabytes, 'fr', 0)} Mo ; nous acceptons jusqu'à ${number(v.limit, 'fr', 0)} Mo. Exportez-le avec des images à 300 ppp, ou demandez-nous un autre moyen d'envoi.`,
  }),
  'unknown-format': (v: { format: Format }): Words => advice[v.format],
  damaged: (): Words => ({
    en: 'The file is damaged: its inner structure cannot be read. Please export it again from your program and send the new file.',
    fr: 'Le fichier est endommagé : sa structure interne est illisible. Exportez-le de nouveau depuis votre logiciel et envoyez le nouveau fichier.',
  }),
  incomplete: (): Words => ({
    en: 'The file is not complete: its end is missing, as when a copy or an upload stops too early. Please send it again, or export it again if it does not open on your computer either.',
    fr: "Le fichier est incomplet : il manque la fin, comme lorsqu'une copie ou un envoi s'arrête trop tôt. Renvoyez-le, ou exportez-le de nouveau s'il ne s'ouvre pas non plus chez vous.",
  }),
  'page-damaged': (v: { page: number }): Words => ({
    en: `Page ${v.page} of the file cannot be read. Please export the file again from your program and send the new one.`,
    fr: `La page ${v.page} du fichier est illisible. Exportez le fichier de nouveau depuis votre logiciel et envoyez le nouveau.`,
  }),
  'password-needed': (): Words => ({
    en: 'The file is locked with a password. Please save it without a password and send it again; do not send us the password.',
    fr: 'Le fichier est protégé par un mot de passe. Enregistrez-le sans mot de passe et renvoyez-le ; ne nous envoyez pas le mot de passe.',
  }),
  'no-pages': (): Words => ({
    en: 'The file holds no page at all. Please export it again and check that it opens on your computer before sending it.',
    fr: "Le fichier ne contient aucune page. Exportez-le de nouveau et vérifiez qu'il s'ouvre sur votre ordinateur avant de l'envoyer.",
  }),
  'too-many-pages': (v: { found: number; limit: number }): Words => ({
    en: `The file has ${v.found} pages; we can prepare proofs of up to ${v.limit}. Please split it into several files.`,
    fr: `Le fichier compte ${v.found} pages ; nous pouvons préparer des épreuves jusqu'à ${v.limit}. Partagez-le en plusieurs fichiers.`,
  }),
  'page-size-impossible': (v: { page: number; width: number; height: number }): Words => ({
    en: `Page ${v.page} claims to measure ${size(v.width, v.height, 'en')}, which cannot be right. Please set the page to the size of the finished piece and export again.`,
    fr: `La page ${v.page} annonce ${size(v.width, v.height, 'fr')}, ce qui ne peut pas être juste. Réglez la page au format fini et exportez de nouveau.`,
  }),
  'too-many-pixels': (v: { width: number; height: number }): Words => ({
    en: `The picture claims ${number(v.width, 'en')} × ${number(v.height, 'en')} pixels, far more than any print needs. Please export it at 300 ppi at its printed size and send it again.`,
    fr: `L'image annonce ${number(v.width, 'fr')} × ${number(v.height, 'fr')} pixels, bien plus qu'une impression n'en demande. Exportez-la à 300 ppp au format d'impression et renvoyez-la.`,
  }),
  'picture-too-complex': (): Words => ({
    en: 'The drawing is built in a way that cannot be drawn safely: it is far too large or repeats itself without end. Please export it as PDF and send that.',
    fr: "Le dessin est construit d'une façon que nous ne pouvons pas tracer sans risque : il est bien trop grand ou se répète sans fin. Exportez-le en PDF et envoyez-nous ce PDF.",
  }),
  'takes-too-long': (v: { seconds: number }): Words => ({
    en: `Drawing this file took more than ${number(v.seconds, 'en', 0)} seconds, so we stopped. Please simplify it (flatten the effects, export as PDF/X-4) and send it again, or ask us for help.`,
    fr: `Le tracé de ce fichier a dépassé ${number(v.seconds, 'fr', 0)} secondes et nous l'avons arrêté. Simplifiez-le (aplatissez les effets, exportez en PDF/X-4) et renvoyez-le, ou demandez-nous de l'aide.`,
  }),
  'needs-too-much-memory': (): Words => ({
    en: 'Drawing this file needs more memory than a print file should. Please simplify it (flatten the effects, pictures at 300 ppi) and send it again, or ask us for help.',
    fr: "Le tracé de ce fichier demande plus de mémoire qu'un fichier d'impression ne devrait. Simplifiez-le (aplatissez les effets, images à 300 ppp) et renvoyez-le, ou demandez-nous de l'aide.",
  }),
  'cannot-be-drawn': (): Words => ({
    en: 'Something in this file stops it from being drawn. Please export it again as PDF/X-4 and send the new file, or ask us for help.',
    fr: "Quelque chose dans ce fichier empêche son tracé. Exportez-le de nouveau en PDF/X-4 et envoyez le nouveau fichier, ou demandez-nous de l'aide.",
  }),
  'piece-too-large': (v: { width: number; height: number; limit: number }): Words => ({
    en: `A piece of ${size(v.width, v.height, 'en')} is larger than our proofs can show (${number(v.limit, 'en', 0)} mm). Please ask us for a proof by hand.`,
    fr: `Une pièce de ${size(v.width, v.height, 'fr')} dépasse ce que nos épreuves peuvent montrer (${number(v.limit, 'fr', 0)} mm). Demandez-nous une épreuve à la main.`,
  }),
};

export type RefusalCode = keyof typeof refusals;
export type { Format };
