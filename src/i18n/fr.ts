import type { Texts } from './texts.js';

export const fr: Texts = {
  problems: {
    'auth.invalid_credentials': {
      title: 'Connexion refusée',
      detail:
        'L’adresse e-mail ou le mot de passe est incorrect, ou ce compte ne peut pas se connecter pour le moment. Vérifiez les deux et ' +
        'réessayez dans quelques minutes, réinitialisez le mot de passe, ouvrez l’e-mail de confirmation si vous vous êtes inscrit ' +
        'récemment, ou contactez l’assistance.',
    },
    'auth.token_invalid': {
      title: 'Non connecté',
      detail: 'Le jeton manque, a expiré ou n’est plus valide. Renouvelez-le ou reconnectez-vous.',
    },
    'auth.challenge_expired': {
      title: 'Étape de connexion expirée',
      detail: 'Cette étape a pris trop de temps ou est déjà terminée. Reconnectez-vous.',
    },
    'auth.challenge_unsupported': {
      title: 'Étape de connexion non prise en charge',
      detail: 'Ce compte exige une étape de connexion qui n’est pas disponible ici. Contactez l’assistance.',
    },
    'auth.code_wrong': {
      title: 'Code incorrect',
      detail: 'Le code est incorrect. Vérifiez-le et réessayez.',
    },
    'auth.code_expired': {
      title: 'Code expiré',
      detail:
        'Le code a expiré ou a déjà été utilisé. Attendez le suivant, ou reconnectez-vous pour en obtenir un nouveau.',
    },
    'auth.csrf': {
      title: 'Requête provenant d’un autre site',
      detail:
        'Selon le navigateur, cette requête provient d’un autre site. Envoyez-la depuis l’application elle-même.',
    },
    'auth.cookie_cross_site': {
      title: 'Cookie d’un autre site',
      detail:
        'Le navigateur rejette le cookie de session, car cette page appartient à un autre site que le service de connexion. Servez les deux sous le même domaine enregistrable et le même schéma, ou connectez-vous avec des jetons.',
    },
    'auth.forbidden': {
      title: 'Non autorisé',
      detail:
        'Vous êtes connecté, mais vous n’avez pas les droits nécessaires. Adressez-vous à un administrateur.',
    },
    'auth.reauthentication_required': {
      title: 'Confirmez votre identité',
      detail:
        'Cette action exige une connexion récente. Renvoyez la requête avec votre mot de passe (et, si vous utilisez un second facteur, son code), ou reconnectez-vous.',
    },
    'auth.account_link_conflict': {
      title: 'Impossible d’associer le compte',
      detail:
        'L’adresse n’est pas vérifiée ou appartient déjà à un autre compte. Vérifiez l’adresse, ou contactez l’assistance pour ' +
        'faire fusionner les comptes.',
    },
    'request.invalid': {
      title: 'Requête non valide',
      detail:
        'Un élément de la requête manque ou n’est pas valide. Corrigez les champs indiqués dans « errors » et renvoyez la requête.',
    },
    'request.not_found': {
      title: 'Introuvable',
      detail: 'Il n’y a rien à cette adresse. Consultez /docs pour connaître les routes disponibles.',
    },
    'passwords.blank': {
      title: 'Mot de passe manquant',
      detail: 'Saisissez un mot de passe.',
    },
    'passwords.confirmation_mismatch': {
      title: 'Mots de passe différents',
      detail: 'Saisissez deux fois le même mot de passe.',
    },
    'passwords.code_missing': { title: 'Code manquant', detail: 'Saisissez le code reçu par e-mail.' },
    'passwords.reset_not_started': {
      title: 'Aucune réinitialisation en cours',
      detail: 'Demandez d’abord une réinitialisation. Son code n’est valable que pour une durée limitée.',
    },
    'passwords.code_wrong': {
      title: 'Code incorrect ou expiré',
      detail:
        'Le code est incorrect, a expiré ou a déjà été utilisé. Vérifiez-le ou demandez-en un nouveau. Après plusieurs essais, attendez une heure.',
    },
    'passwords.code_expired': {
      title: 'Code expiré',
      detail: 'Le code a expiré ou a déjà été utilisé. Demandez-en un nouveau.',
    },
    'passwords.policy': {
      title: 'Mot de passe non accepté',
      detail: 'Le mot de passe ne respecte pas les règles indiquées dans « errors ». Choisissez-en un autre.',
    },
    'passwords.reused': {
      title: 'Mot de passe déjà utilisé',
      detail: 'Choisissez un mot de passe qui n’a encore jamais servi pour ce compte.',
    },
    'passwords.reset_required': {
      title: 'Mot de passe à réinitialiser',
      detail:
        'Le mot de passe est correct, mais il ne respecte plus les règles. Réinitialisez-le avec un code que vous recevrez par e-mail.',
    },
    'users.confirmation_invalid': {
      title: 'Lien non valide ou expiré',
      detail:
        'Ce lien de confirmation est incorrect, a expiré ou a été remplacé par un plus récent. Demandez un nouvel e-mail.',
    },
    too_many_requests: {
      title: 'Trop de tentatives',
      detail: 'Attendez le nombre de secondes indiqué dans « retryAfter », puis réessayez.',
    },
    'legacy.unavailable': {
      title: 'Ancienne base d’utilisateurs indisponible',
      detail: 'Votre compte ne peut pas être vérifié pour le moment. Réessayez dans un instant.',
    },
    'cognito.unexpected_answer': {
      title: 'Réponse inattendue du service de connexion',
      detail:
        'Une erreur s’est produite de notre côté. Réessayez ; si elle persiste, contactez l’assistance en indiquant le numéro de requête (requestId).',
    },
    'cognito.unavailable': {
      title: 'Service de connexion indisponible',
      detail: 'Réessayez dans un instant.',
    },
    'cognito.credentials_missing': {
      title: 'Indisponible ici',
      detail:
        'Cette fonction exige des identifiants AWS, qui ne sont pas configurés. Contactez l’assistance.',
    },
    overloaded: { title: 'Service surchargé', detail: 'Réessayez dans un instant.' },
    internal: {
      title: 'Erreur interne',
      detail:
        'Une erreur s’est produite de notre côté. Réessayez ; si elle persiste, contactez l’assistance en indiquant le numéro de requête (requestId).',
    },
  },
  messages: {
    'request.unreadable': 'la requête ne peut pas être traitée',
    'request.headers_too_large': 'les en-têtes sont trop volumineux',
    'request.address_too_long': 'l’adresse est trop longue',
    'request.too_slow': 'la requête n’est pas arrivée à temps',
    'body.not_json': 'le corps doit être du JSON bien formé en UTF-8',
    'body.not_an_object': 'le corps doit être un objet JSON',
    'body.not_sent_as_json': 'le corps doit être envoyé en application/json',
    'body.too_large': 'le corps est trop volumineux',
    'field.unknown_field': 'n’est pas un champ de cette requête',
    'field.missing': 'manque',
    'field.invalid': 'n’est pas valide',
    'field.not_text': 'doit être du texte',
    'field.not_a_boolean': 'doit être true ou false',
    'field.not_a_whole_number': 'doit être un nombre entier',
    'field.not_an_email': 'doit être une adresse e-mail',
    'field.not_storable': 'ne doit contenir ni NUL ni demi-codet isolé',
    'field.not_a_text_map': 'doit être un objet dont les valeurs sont du texte',
    'field.not_a_profile': 'doit être un objet JSON enregistrable d’au plus {maximum} octets',
    'field.not_roles': 'doit être une liste d’au plus {maximum} noms de rôles sans doublon',
    'field.not_a_number_from': 'doit être un nombre de {minimum} à {maximum}',
    'field.not_a_cursor': 'n’est pas un curseur de pagination valide',
    'field.too_long': 'doit comporter au plus {maximum} caractères',
    'field.blank': 'ne doit pas être vide',
    'field.not_allowed': 'doit être l’une de ces valeurs : {choices}',
    'password.blank': 'ne doit pas être vide',
    'password.mismatch': 'doit être identique au mot de passe',
    'password.too_short': 'est trop court',
    'password.too_long': 'est trop long',
    'password.needs_upper_case': 'doit contenir une lettre majuscule',
    'password.needs_lower_case': 'doit contenir une lettre minuscule',
    'password.needs_digit': 'doit contenir un chiffre',
    'password.needs_symbol': 'doit contenir un caractère spécial',
    'password.outer_white_space': 'ne doit ni commencer ni finir par un espace, ni contenir de saut de ligne',
    'password.against_the_rules': 'ne respecte pas les règles des mots de passe',
    'code.missing': 'doit être le code reçu par e-mail',
    'reset.missing': 'manque : aucune réinitialisation n’est en cours',
  },
};
