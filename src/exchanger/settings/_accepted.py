"""Переменные, которые принимаются и ни на что не влияют: у каждой сказано почему."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accepted:
    """Причина, по которой переменная не действует."""

    reason: str
    secret: bool = False


_POLLING = Accepted("задачи приходят длинным опросом без пауз; его длину задаёт CAMUNDA_POLL")
_DEBUG = Accepted("подробный журнал включает LOG_LEVEL=DEBUG")
_DUMP = Accepted("ответы не пишутся в файл: в них личные данные")
_TYPES = Accepted("типы переменных сохраняются всегда, десериализации на стороне движка нет")
_DIAGRAM = Accepted("свойства активности всегда читаются из диаграммы")
_ENGINE_RETRY = Accepted("ответы обрабатываются сразу, по мере прихода")
_NEVER_GIVES_UP = Accepted(
    "роль не останавливается ни от какого числа ошибок; повторы задают RETRY_ATTEMPTS и RETRY_DELAY"
)
_ROLES = Accepted("роли заменены шаблонами задач на портале")
_ONEC = "в прежней системе не действовала, а в оболочке имя не может начинаться с цифры: теперь "
_ONEC_URL = Accepted(f"{_ONEC}ONEC_WEB_SERVICE_URL")
_ONEC_DATABASE = Accepted(f"{_ONEC}ONEC_DATABASE")
_ONEC_USERNAME = Accepted(f"{_ONEC}ONEC_USERNAME")
_ONEC_PASSWORD = Accepted(f"{_ONEC}ONEC_PASSWORD", secret=True)
_TRACKER = Accepted("слежение настраивает BITRIX_POLL_INTERVAL; срока у открытой задачи нет")
_SYNC = Accepted("диаграммы переносятся по одной: одновременной записи в движок нет")

ACCEPTED: dict[str, Accepted] = {
    "CAMUNDA_FETCH_INTERVAL": _POLLING,
    "CAMUNDA_SLEEP_SECONDS": _POLLING,
    "CAMUNDA_INCLUDE_EXT_PROPS": _DIAGRAM,
    "CAMUNDA_INCLUDE_EXTENSION_PROPERTIES": _DIAGRAM,
    "CAMUNDA_DESERIALIZE_VALUES": _TYPES,
    "CAMUNDA_SORTING": Accepted("порядок задаёт движок: сперва задачи с большим приоритетом"),
    "CAMUNDA_DEBUG": _DEBUG,
    "CAMUNDA_IS_DEBUG": _DEBUG,
    "DEBUG_SAVE_RESPONSE_MESSAGES": _DUMP,
    "CAMUNDA_DEBUG_SAVE_RESPONSE_MESSAGES": _DUMP,
    "CAMUNDA_LOCK_EXTENSION_INTERVAL": Accepted("запор продлевается сам, когда до его конца меньше 30 дней"),
    "CAMUNDA_MAX_TASK_LIFETIME": Accepted("задача живёт, пока её не завершат или не отменит процесс"),
    "RESPONSE_HANDLER_ENABLED": Accepted("ответы обрабатываются всегда: без этого процессы не идут дальше"),
    "RESPONSE_PROCESSING_INTERVAL": _ENGINE_RETRY,
    "MAX_MESSAGES_PER_BATCH": _ENGINE_RETRY,
    "MESSAGE_PROCESSING_TIMEOUT": Accepted(
        "сроки заданы у каждого запроса: CAMUNDA_HTTP_TIMEOUT, BITRIX_REQUEST_TIMEOUT"
    ),
    "MAX_ERROR_COUNT": _NEVER_GIVES_UP,
    "ERROR_COOLDOWN": _NEVER_GIVES_UP,
    "BITRIX_ROLES_IBLOCK_ID": _ROLES,
    "BITRIX_ROLES_CACHE_TTL": _ROLES,
    "BITRIX_ROLES_MAPPING_FILE": _ROLES,
    "SYNC_BATCH_SIZE": _SYNC,
    "SYNC_MAX_WORKERS": _SYNC,
    "TASK_TRACKER_CHECK_INTERVAL": _TRACKER,
    "TASK_TRACKER_MAX_CHECK_ATTEMPTS": _TRACKER,
    "TASK_TRACKER_TASK_TIMEOUT": _TRACKER,
    "1C_WEB_SERVICE_URL": _ONEC_URL,
    "1C_WEB_SERVICE_USERNAME": _ONEC_USERNAME,
    "1C_WEB_SERVICE_PASSWORD": _ONEC_PASSWORD,
    "1C_WEB_SERVICE_DATABASE": _ONEC_DATABASE,
    "1C_USERNAME": _ONEC_USERNAME,
    "1C_PASSWORD": _ONEC_PASSWORD,
    "1C_DATABASE": _ONEC_DATABASE,
}
