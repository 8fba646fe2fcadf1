import type { Texts } from './texts.js';

export const es: Texts = {
  problems: {
    'auth.invalid_credentials': {
      title: 'Inicio de sesión rechazado',
      detail:
        'El correo electrónico o la contraseña no son correctos, o esta cuenta no puede iniciar sesión en este momento. Compruebe ambos ' +
        'datos e inténtelo de nuevo dentro de unos minutos, restablezca la contraseña, abra el correo de confirmación si se registró ' +
        'hace poco o póngase en contacto con soporte.',
    },
    'auth.token_invalid': {
      title: 'Sesión no iniciada',
      detail: 'Falta el token, ha caducado o ya no es válido. Renuévelo o inicie sesión de nuevo.',
    },
    'auth.challenge_expired': {
      title: 'Paso del inicio de sesión caducado',
      detail: 'Este paso ha tardado demasiado o ya se ha completado. Inicie sesión de nuevo.',
    },
    'auth.challenge_unsupported': {
      title: 'Paso del inicio de sesión no admitido',
      detail:
        'Esta cuenta exige un paso del inicio de sesión que aquí no está disponible. Póngase en contacto con soporte.',
    },
    'auth.code_wrong': {
      title: 'Código incorrecto',
      detail: 'El código es incorrecto. Compruébelo e inténtelo de nuevo.',
    },
    'auth.code_expired': {
      title: 'Código caducado',
      detail:
        'El código ha caducado o ya se ha usado. Espere al siguiente, o inicie sesión de nuevo para obtener otro.',
    },
    'auth.csrf': {
      title: 'Solicitud de otro sitio',
      detail: 'Según el navegador, esta solicitud procede de otro sitio. Envíela desde la propia aplicación.',
    },
    'auth.cookie_cross_site': {
      title: 'Cookie de otro sitio',
      detail:
        'El navegador descarta la cookie de sesión, porque esta página pertenece a un sitio distinto del servicio de inicio de sesión. Publique ambos con el mismo dominio registrable y el mismo esquema, o inicie sesión con tokens.',
    },
    'auth.forbidden': {
      title: 'No permitido',
      detail: 'Ha iniciado sesión, pero no tiene los permisos necesarios. Diríjase a un administrador.',
    },
    'auth.reauthentication_required': {
      title: 'Confirme su identidad',
      detail:
        'Esta acción requiere un inicio de sesión reciente. Envíe de nuevo la solicitud con su contraseña (y, si usa un segundo factor, su código) o inicie sesión de nuevo.',
    },
    'auth.account_link_conflict': {
      title: 'No se puede vincular la cuenta',
      detail:
        'La dirección no está verificada o ya pertenece a otra cuenta. Verifique la dirección o póngase en contacto con ' +
        'soporte para que se unan las cuentas.',
    },
    'request.invalid': {
      title: 'Solicitud no válida',
      detail:
        'Una parte de la solicitud falta o no es válida. Corrija los campos indicados en «errors» y envíe la solicitud de nuevo.',
    },
    'request.not_found': {
      title: 'No encontrado',
      detail: 'No hay nada en esta dirección. Consulte en /docs las rutas disponibles.',
    },
    'passwords.blank': { title: 'Falta la contraseña', detail: 'Escriba una contraseña.' },
    'passwords.confirmation_mismatch': {
      title: 'Las contraseñas no coinciden',
      detail: 'Escriba dos veces la misma contraseña.',
    },
    'passwords.code_missing': {
      title: 'Falta el código',
      detail: 'Introduzca el código recibido por correo electrónico.',
    },
    'passwords.reset_not_started': {
      title: 'No hay ningún restablecimiento en curso',
      detail: 'Solicite primero un restablecimiento. Su código es válido durante un tiempo limitado.',
    },
    'passwords.code_wrong': {
      title: 'Código incorrecto o caducado',
      detail:
        'El código es incorrecto, ha caducado o ya se ha utilizado. Compruébelo o solicite uno nuevo. Después de varios intentos, espere una hora.',
    },
    'passwords.code_expired': {
      title: 'Código caducado',
      detail: 'El código ha caducado o ya se ha usado. Solicite uno nuevo.',
    },
    'passwords.policy': {
      title: 'Contraseña no aceptada',
      detail: 'La contraseña no cumple las reglas indicadas en «errors». Elija otra.',
    },
    'passwords.reused': {
      title: 'Contraseña ya utilizada',
      detail: 'Elija una contraseña que no se haya usado antes en esta cuenta.',
    },
    'passwords.reset_required': {
      title: 'Debe restablecer la contraseña',
      detail:
        'La contraseña es correcta, pero ya no cumple las reglas. Restablézcala con un código que recibirá por correo electrónico.',
    },
    'users.confirmation_invalid': {
      title: 'Enlace no válido o caducado',
      detail:
        'Este enlace de confirmación es incorrecto, ha caducado o se ha sustituido por otro más reciente. Solicite un nuevo correo.',
    },
    too_many_requests: {
      title: 'Demasiados intentos',
      detail: 'Espere los segundos que indica «retryAfter» e inténtelo de nuevo.',
    },
    'legacy.unavailable': {
      title: 'Base de datos de usuarios anterior no disponible',
      detail: 'Su cuenta no se puede comprobar en este momento. Inténtelo de nuevo dentro de un momento.',
    },
    'cognito.unexpected_answer': {
      title: 'Respuesta inesperada del servicio de inicio de sesión',
      detail:
        'Se ha producido un error por nuestra parte. Inténtelo de nuevo; si persiste, póngase en contacto con soporte e indique el número de la solicitud (requestId).',
    },
    'cognito.unavailable': {
      title: 'Servicio de inicio de sesión no disponible',
      detail: 'Inténtelo de nuevo dentro de un momento.',
    },
    'cognito.credentials_missing': {
      title: 'No disponible aquí',
      detail:
        'Esta función requiere credenciales de AWS, que no están configuradas. Póngase en contacto con soporte.',
    },
    overloaded: { title: 'Servicio sobrecargado', detail: 'Inténtelo de nuevo dentro de un momento.' },
    internal: {
      title: 'Error interno',
      detail:
        'Se ha producido un error por nuestra parte. Inténtelo de nuevo; si persiste, póngase en contacto con soporte e indique el número de la solicitud (requestId).',
    },
  },
  messages: {
    'request.unreadable': 'la solicitud no se puede procesar',
    'request.headers_too_large': 'los encabezados son demasiado grandes',
    'request.address_too_long': 'la dirección es demasiado larga',
    'request.too_slow': 'la solicitud no llegó a tiempo',
    'body.not_json': 'el cuerpo debe ser JSON bien formado en UTF-8',
    'body.not_an_object': 'el cuerpo debe ser un objeto JSON',
    'body.not_sent_as_json': 'el cuerpo debe enviarse como application/json',
    'body.too_large': 'el cuerpo es demasiado grande',
    'field.unknown_field': 'no es un campo de esta solicitud',
    'field.missing': 'falta',
    'field.invalid': 'no es válido',
    'field.not_text': 'debe ser texto',
    'field.not_a_boolean': 'debe ser true o false',
    'field.not_a_whole_number': 'debe ser un número entero',
    'field.not_an_email': 'debe ser una dirección de correo electrónico',
    'field.not_storable': 'no debe contener NUL ni sustitutos sueltos',
    'field.not_a_text_map': 'debe ser un objeto cuyos valores sean texto',
    'field.not_a_profile': 'debe ser un objeto JSON almacenable de {maximum} bytes como máximo',
    'field.not_roles': 'debe ser una lista de {maximum} nombres de roles como máximo, sin repeticiones',
    'field.not_a_number_from': 'debe ser un número del {minimum} al {maximum}',
    'field.not_a_cursor': 'no es un cursor de paginación válido',
    'field.too_long': 'debe tener como máximo {maximum} caracteres',
    'field.blank': 'no debe estar vacío',
    'field.not_allowed': 'debe ser uno de estos valores: {choices}',
    'password.blank': 'no debe estar vacía',
    'password.mismatch': 'debe coincidir con la contraseña',
    'password.too_short': 'es demasiado corta',
    'password.too_long': 'es demasiado larga',
    'password.needs_upper_case': 'debe contener una letra mayúscula',
    'password.needs_lower_case': 'debe contener una letra minúscula',
    'password.needs_digit': 'debe contener una cifra',
    'password.needs_symbol': 'debe contener un símbolo',
    'password.outer_white_space': 'no debe empezar ni terminar con un espacio, ni contener un salto de línea',
    'password.against_the_rules': 'no cumple las reglas de contraseñas',
    'code.missing': 'debe ser el código recibido por correo electrónico',
    'reset.missing': 'falta: no hay ningún restablecimiento en curso',
  },
};
