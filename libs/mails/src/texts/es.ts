import type { SharedTexts } from './texts.js';

const sms = '{code} es su código para {appName}. No lo comparta con nadie.';

export const es: SharedTexts = {
  frame: {
    greeting: 'Hola:',
    footer: '{appName} ha enviado este mensaje automáticamente. Por favor, no responda.',
    ifButtonFails: 'Si el botón no funciona, abra esta dirección:',
  },
  resetButton: 'Elegir una nueva contraseña',
  messages: {
    sign_up: {
      subject: 'Su código de confirmación',
      before: [
        'Alguien, probablemente usted, se ha registrado en {appName} con esta dirección. Introduzca este código para confirmarla:',
      ],
      after: ['El código es válido durante 24 horas. Si no se ha registrado, no tiene que hacer nada.'],
      sms,
    },
    reset: {
      subject: 'Su código para una nueva contraseña',
      before: [
        'Alguien, probablemente usted, ha pedido una nueva contraseña para su cuenta. Introduzca este código y elija la nueva contraseña:',
      ],
      after: [
        'El código es válido durante una hora. No lo comparta con nadie: soporte nunca lo pide. Si no ha sido usted, no tiene que hacer nada.',
      ],
      sms,
    },
    attribute: {
      subject: 'Su código para confirmar esta dirección',
      before: [
        'Alguien, probablemente usted, desea usar esta dirección para una cuenta en {appName}. Introduzca este código para confirmarla:',
      ],
      after: ['El código es válido durante 24 horas. Si no ha sido usted, no tiene que hacer nada.'],
      sms,
    },
    sign_in: {
      subject: 'Su código de inicio de sesión',
      before: ['Introduzca este código para completar el inicio de sesión en su cuenta:'],
      after: [
        'El código es válido durante unos minutos. No lo comparta con nadie: soporte nunca lo pide. Si no está iniciando sesión ahora, alguien conoce su contraseña: cámbiela de inmediato y póngase en contacto con soporte.',
      ],
      sms,
    },
    invitation: {
      subject: 'Su contraseña temporal',
      before: [
        'Tiene una cuenta en {appName}. Inicie sesión con esta contraseña temporal; después elegirá la suya:',
      ],
      after: [
        'Su nombre de usuario: {username}',
        'La contraseña temporal sirve una sola vez y caduca al cabo de unos días. No la comparta con nadie. Si no esperaba este mensaje, no tiene que hacer nada.',
      ],
      sms: 'Inicie sesión en {appName} como {username} con la contraseña {code}',
    },
  },
};
