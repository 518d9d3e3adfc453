"""Сообщения между службами: модели, которые читают и пишут документированные формы, и чтение прежних форм."""

from exchanger.wire.error_record import ErrorRecord, ErrorShape, decode_error
from exchanger.wire.failure_copy import final_failure
from exchanger.wire.foreign import Foreign, ReceivedOrder
from exchanger.wire.order import decode_order, encode_order
from exchanger.wire.receipt import Receipt, decode_receipt, encode_receipt
from exchanger.wire.response import Ignored, Response, decode_response, encode_response

__all__ = [
    "ErrorRecord",
    "ErrorShape",
    "Foreign",
    "Ignored",
    "Receipt",
    "ReceivedOrder",
    "Response",
    "decode_error",
    "decode_order",
    "decode_receipt",
    "decode_response",
    "encode_order",
    "encode_receipt",
    "encode_response",
    "final_failure",
]
